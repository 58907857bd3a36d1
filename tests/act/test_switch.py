"""Pausing and resuming: the one call on each platform, and what its answers mean."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from connectops.act.msk_connect import ONE_TRY
from connectops.act.switch import PlatformSwitch, switch_for
from connectops.clients.connect_rest import ConnectRest
from connectops.errors import Busy, ConnectOpsError, Forbidden, NotFound, OutcomeUnknown
from connectops.model import KafkaConnectCluster, Mode
from tests.builders import ARN, ONPREM, ORDERS
from tests.connect_server import connect_server

OPERATION = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector-operation/orders/0c0b/1f1f"


@pytest.fixture
def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")


@pytest.mark.parametrize("what", ["pause", "resume"])
def test_msk_connect_is_asked_once_by_arn(session: boto3.Session, what: str) -> None:
    client = session.client("kafkaconnect", config=ONE_TRY)
    with Stubber(client) as stubber:
        answer = {"connectorArn": ARN, "connectorOperationArn": OPERATION}
        stubber.add_response(f"{what}_connector", answer, {"connectorArn": ARN})
        getattr(PlatformSwitch(client, {}), what)(ORDERS, ARN)
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize("what", ["pause", "resume"])
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("NotFoundException", 404, NotFound),
        ("ConflictException", 409, Busy),
        ("ForbiddenException", 403, Forbidden),
        ("BadRequestException", 400, Forbidden),
        ("InternalServerErrorException", 500, OutcomeUnknown),
    ],
)
def test_a_refusal_of_msk_connect_is_told_as_what_it_is(
    session: boto3.Session, what: str, code: str, status: int, error: type[ConnectOpsError]
) -> None:
    client = session.client("kafkaconnect", config=ONE_TRY)
    with Stubber(client) as stubber:
        stubber.add_client_error(f"{what}_connector", code, "no", status)
        with pytest.raises(error, match=f"{what.capitalize()}Connector"):
            getattr(PlatformSwitch(client, {}), what)(ORDERS, ARN)


def test_what_was_never_listed_cannot_be_switched(session: boto3.Session) -> None:
    with pytest.raises(NotFound, match="never listed"):
        PlatformSwitch(session.client("kafkaconnect"), {}).pause(ORDERS, None)


@pytest.mark.parametrize("what", ["pause", "resume"])
def test_kafka_connect_is_asked_by_name(session: boto3.Session, what: str) -> None:
    with connect_server({f"PUT /connectors/orders/{what}": (202, "")}) as server:
        rest = ConnectRest(KafkaConnectCluster("onprem", server.url))
        getattr(PlatformSwitch(session.client("kafkaconnect"), {"onprem": rest}), what)(ONPREM, None)


def test_a_cluster_that_is_not_in_the_settings_is_not_touched(session: boto3.Session) -> None:
    with pytest.raises(Forbidden, match="no cluster of this name"):
        PlatformSwitch(session.client("kafkaconnect"), {}).resume(ONPREM, None)


@pytest.mark.parametrize(("mode", "has_one"), [(Mode.REPAIR, True), (Mode.ADVISE, False), (Mode.OFF, False)])
def test_only_a_stack_that_repairs_has_a_switch(session: boto3.Session, mode: Mode, *, has_one: bool) -> None:
    assert (switch_for(mode, session, ()) is not None) is has_one
