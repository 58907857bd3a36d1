"""Restarts connectors on MSK Connect, asking exactly once.

Source: RestartConnector in the MSK Connect API reference, "Restart a connector" in the MSK developer guide: the
connector must be RUNNING, no other operation may be in progress, and only failed tasks can be restarted from Kafka
Connect 3.7 on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    SSLError,
)

from connectops.act.actor import Attempted, is_at_least
from connectops.errors import Busy, ConnectOpsError, Forbidden, NotFound, OutcomeUnknown, Unreachable
from connectops.model import Action, ConnectorId

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_kafkaconnect import KafkaConnectClient

ONLY_FAILED_TASKS_SINCE = (3, 7)

ONE_TRY = Config(retries={"total_max_attempts": 1, "mode": "standard"}, connect_timeout=3, read_timeout=20)
"""A second try of the SDK could be a second restart: an answer that was lost is settled by looking."""

_NEVER_SENT = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
_NEVER_ANSWERED = (HTTPClientError, SSLError)
_REFUSALS: dict[str, type[ConnectOpsError]] = {
    "NotFoundException": NotFound,
    "ConflictException": Busy,
    "TooManyRequestsException": Busy,
    "ThrottlingException": Busy,
    "ForbiddenException": Forbidden,
    "UnauthorizedException": Forbidden,
}
_OTHER_OPERATION = re.compile(r"(?i:in progress|another operation)|\b(CREAT|UPDAT|DELET|RESTART|PAUS|RESUM)ING\b")
"""BadRequestException is documented for every wrong state; only a state that ends by itself is worth waiting for."""
_FELL_BACK = "the whole connector, because restarting only failed tasks needs Kafka Connect 3.7"


class MskConnectActor:
    """Restarts through RestartConnector. `client` must not retry: see `ONE_TRY`."""

    def __init__(self, client: KafkaConnectClient) -> None:
        self._client = client

    @classmethod
    def from_session(cls, session: boto3.Session) -> Self:
        return cls(session.client("kafkaconnect", config=ONE_TRY))

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        """Ask for a restart; the answer is an operation to follow. Errors as in `act.actor`."""
        if arn is None:
            raise NotFound(f"{connector.key}: no ARN is known, so it was never listed")
        only_failed = action is Action.RESTART_TASKS and is_at_least(connect_version, ONLY_FAILED_TASKS_SINCE)
        answer = asked_once(
            connector,
            "RestartConnector",
            lambda: self._client.restart_connector(connectorArn=arn, onlyFailedTasks=only_failed),
        )
        fell_back = action is Action.RESTART_TASKS and not only_failed
        return Attempted(answer["connectorOperationArn"], remark=_FELL_BACK if fell_back else "")


def asked_once[Said](connector: ConnectorId, what: str, call: Callable[[], Said]) -> Said:
    """The answer to one call that changes a connector. Errors as in `act.actor`."""
    try:
        return call()
    except ClientError as err:
        raise _translated(connector, what, err) from err
    except _NEVER_SENT as err:
        raise Unreachable(f"{connector.key}: {what} could not be sent: {err}") from err
    except _NEVER_ANSWERED as err:
        raise OutcomeUnknown(f"{connector.key}: {what} was not answered: {err}") from err
    except BotoCoreError as err:
        raise Forbidden(f"{connector.key}: {what} could not be asked for: {err}") from err


def _translated(connector: ConnectorId, what: str, err: ClientError) -> ConnectOpsError:
    code, said = err.response["Error"].get("Code", ""), err.response["Error"].get("Message", "")
    if err.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return OutcomeUnknown(f"{connector.key}: {what} failed on the side of AWS: {code}")
    waiting_helps = Busy if _OTHER_OPERATION.search(said) else Forbidden
    return _REFUSALS.get(code, waiting_helps)(f"{connector.key}: {what} was refused: {said or code}")
