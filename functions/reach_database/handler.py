"""Invoked by respond_to_findings just before a restart: whether a database can be reached from where connectors run.

It stands in their network, so that nothing else has to. It opens a connection, sends nothing and closes it.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from connectops.errors import MalformedEvent

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()

PATIENCE = 1.5
"""Seconds. A connection inside a VPC takes milliseconds; a lost packet is sent again after one second."""


def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, str | None]:
    """`{"host": "db", "port": 3306}` to `{"away": why}`, null where it can be reached. Raises MalformedEvent."""
    host, port = event.get("host"), event.get("port")
    if not isinstance(host, str) or not host or not isinstance(port, int) or not 0 < port <= 65535:
        raise MalformedEvent('expected {"host": "name or address", "port": 1 to 65535}')
    away = reach(host, port)
    logger.info("tried", host=host, port=port, away=away)
    return {"away": away}


def reach(host: str, port: int) -> str | None:
    """Why no connection came about, in plain words; None if one did."""
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except socket.gaierror:
        return "has a name that does not resolve"
    except TimeoutError:
        return f"does not answer within {PATIENCE:g} s"
    except ConnectionRefusedError:
        return "refuses connections"
    except OSError as err:
        return f"cannot be reached: {err.strerror or err}"
    return None
