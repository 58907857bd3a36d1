"""Answers are checked against the service model by botocore's Stubber; lost answers come from a local socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from connectops.act.msk_connect import ONE_TRY, MskConnectActor
from connectops.errors import Busy, ConnectOpsError, Forbidden, NotFound, OutcomeUnknown, Unreachable
from connectops.model import Action, ConnectorId, Platform

ORDERS = ConnectorId(Platform.MSK_CONNECT, "msk", "orders")
ARN = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/orders/0c0b0e5c-0000-0000-0000-000000000000-2"
OPERATION = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector-operation/orders/0c0b/1f1f"


@pytest.fixture
def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")


@contextmanager
def stubbed(session: boto3.Session) -> Iterator[tuple[MskConnectActor, Stubber]]:
    client = session.client("kafkaconnect", config=ONE_TRY)
    with Stubber(client) as stubber:
        yield MskConnectActor(client), stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("action", "version", "only_failed", "remark"),
    [
        (Action.RESTART_TASKS, "3.7.x", True, ""),
        (Action.RESTART_TASKS, "2.7.1", False, "the whole connector"),
        (Action.RESTART_TASKS, None, False, "the whole connector"),
        (Action.RESTART_CONNECTOR, "3.7.x", False, ""),
        (Action.RESTART_CONNECTOR, "2.7.1", False, ""),
    ],
)
def test_only_failed_tasks_are_restarted_where_kafka_connect_can(
    session: boto3.Session, action: Action, version: str | None, *, only_failed: bool, remark: str
) -> None:
    with stubbed(session) as (actor, stubber):
        answer = {"connectorArn": ARN, "connectorOperationArn": OPERATION}
        stubber.add_response("restart_connector", answer, {"connectorArn": ARN, "onlyFailedTasks": only_failed})
        attempted = actor.restart(ORDERS, ARN, action, version)
    assert (attempted.operation, attempted.restarted_at) == (OPERATION, None)
    assert attempted.remark.startswith(remark)
    assert bool(attempted.remark) == bool(remark)


@pytest.mark.parametrize(
    ("code", "status", "message", "error"),
    [
        ("NotFoundException", 404, "no such connector", NotFound),
        ("TooManyRequestsException", 429, "Rate exceeded", Busy),
        ("ThrottlingException", 400, "Rate exceeded", Busy),
        ("ConflictException", 409, "conflict", Busy),
        ("BadRequestException", 400, "Another operation is in progress on the connector.", Busy),
        ("BadRequestException", 400, "The connector is in the UPDATING state.", Busy),
        ("BadRequestException", 400, "The connector must be in the RUNNING state. Current state: FAILED.", Forbidden),
        ("BadRequestException", 400, "The connector is in the PAUSED state.", Forbidden),
        ("BadRequestException", 400, "", Forbidden),
        ("ForbiddenException", 403, "forbidden", Forbidden),
        ("UnauthorizedException", 401, "who are you", Forbidden),
        ("AccessDeniedException", 403, "is not authorized to perform: kafkaconnect:RestartConnector", Forbidden),
        ("ServiceUnavailableException", 503, "later", OutcomeUnknown),
        ("InternalServerErrorException", 500, "oops", OutcomeUnknown),
    ],
)
def test_each_refusal_is_told_apart(
    session: boto3.Session, code: str, status: int, message: str, error: type[ConnectOpsError]
) -> None:
    with stubbed(session) as (actor, stubber):
        stubber.add_client_error("restart_connector", code, message, status)
        with pytest.raises(error, match="msk/orders"):
            actor.restart(ORDERS, ARN, Action.RESTART_CONNECTOR, None)


def test_the_name_of_a_connector_is_no_reason_to_wait(session: boto3.Session) -> None:
    updating = ConnectorId(Platform.MSK_CONNECT, "msk", "UPDATING")
    with stubbed(session) as (actor, stubber):
        stubber.add_client_error("restart_connector", "BadRequestException", "no", 400)
        with pytest.raises(Forbidden):
            actor.restart(updating, ARN, Action.RESTART_CONNECTOR, None)


def test_a_connector_that_was_never_listed_is_not_restarted(session: boto3.Session) -> None:
    with stubbed(session) as (actor, _), pytest.raises(NotFound):
        actor.restart(ORDERS, None, Action.RESTART_CONNECTOR, None)


@contextmanager
def server(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Takes each request, says `answer` and hangs up."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    requests.append(connection.recv(65536))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", requests
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def actor_at(session: boto3.Session, url: str, monkeypatch: pytest.MonkeyPatch) -> MskConnectActor:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "5")
    return MskConnectActor.from_session(session)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        b"HTTP/1.1 503 Later\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        b"",
    ],
    ids=["500", "503", "cut"],
)
def test_a_restart_whose_answer_is_lost_is_asked_for_once_and_its_outcome_is_unknown(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    with server(answer) as (url, requests):
        with pytest.raises(OutcomeUnknown):
            actor_at(session, url, monkeypatch).restart(ORDERS, ARN, Action.RESTART_CONNECTOR, None)
        assert len(requests) == 1


def test_a_throttled_restart_is_asked_for_once(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = b"x-amzn-errortype: TooManyRequestsException\r\nContent-Length: 2\r\nConnection: close"
    answer = b"HTTP/1.1 429 Slow\r\n" + headers + b"\r\n\r\n{}"
    with server(answer) as (url, requests):
        with pytest.raises(Busy):
            actor_at(session, url, monkeypatch).restart(ORDERS, ARN, Action.RESTART_CONNECTOR, None)
        assert len(requests) == 1


def test_a_restart_that_times_out_has_an_unknown_outcome(session: boto3.Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = session.client("kafkaconnect", endpoint_url=url, config=ONE_TRY.merge(Config(read_timeout=0.05)))
        with pytest.raises(OutcomeUnknown):
            MskConnectActor(client).restart(ORDERS, ARN, Action.RESTART_CONNECTOR, None)


def test_a_refused_connection_changed_nothing(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        url = f"http://127.0.0.1:{once.getsockname()[1]}"
    with pytest.raises(Unreachable):
        actor_at(session, url, monkeypatch).restart(ORDERS, ARN, Action.RESTART_CONNECTOR, None)


def test_missing_credentials_changed_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(Forbidden):
        MskConnectActor.from_session(boto3.Session(region_name="eu-west-1")).restart(
            ORDERS, ARN, Action.RESTART_CONNECTOR, None
        )
