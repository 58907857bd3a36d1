"""Where the one database server of a connector listens, by its configuration.

Source: the connectors' own documentation; ports where none is given are those that the servers are installed with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectops.model import Endpoint
from connectops.observe.shared_sources import HOSTS, URLS, authority_of

_SERVER = re.compile(r"(?:\[([0-9a-f:]+)\]|([a-z0-9._-]{1,253}))(?::(\d{1,5}))?")
_LAST_PORT = 65535
_PORTS = {
    "mysql": 3306,
    "mariadb": 3306,
    "postgres": 5432,
    "sqlserver": 1433,
    "oracle": 1521,
    "db2": 50000,
    "mongodb": 27017,
}
"""By what stands in the class of a connector, or before the servers of a URL."""


def endpoint_of(configuration: Mapping[str, str]) -> Endpoint | None:
    """None where it has no database, several servers of one, or one that only a provider or DNS record names."""
    for key in HOSTS:
        if host := str(configuration.get(key) or "").strip():
            port = str(configuration.get("database.port") or "").strip()
            return _endpoint(f"{host}:{port}" if port else host, str(configuration.get("connector.class")))
    for key in URLS:
        url = str(configuration.get(key) or "").strip()
        if servers := authority_of(url):
            return None if "+srv:" in url else _endpoint(servers, url.partition("//")[0])
    return None


def _endpoint(server: str, kind: str) -> Endpoint | None:
    found = _SERVER.fullmatch(server.strip().lower())
    port = _port(found[3], kind.lower()) if found else None
    return Endpoint(found[1] or found[2], port) if found and port else None


def _port(given: str | None, kind: str) -> int | None:
    """None where it is none of TCP, or the kind of the database is not known."""
    if given is not None:
        return int(given) if 0 < int(given) <= _LAST_PORT else None
    return next((port for name, port in _PORTS.items() if name in kind), None)
