"""An update that MSK Connect takes back is told, with what was to change and without secrets, until one succeeds."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from connectops.model import Change, ConnectorId, ConnectorState, Health, Severity, Verdict
from sandbox.demo.stage import OPERATION_SECONDS
from sandbox.playback.recording import load
from tests.sandbox.acceptance.conftest import PATIENCE, SAMPLES, Theatre
from tests.sandbox.acceptance.test_secrets import with_password

QUIET = "a-noise-quiet"
OLD_SECRET, NEW_SECRET = "planted-8kWd3", "planted-9qRt6"
LONG_ENOUGH_TO_BE_SEEN = 7.0
"""Seconds; a look comes every three."""


@pytest.fixture
def updated_slowly(theatre: Theatre) -> Iterator[Theatre]:
    theatre.sandbox.operations_take(LONG_ENOUGH_TO_BE_SEEN)
    yield theatre
    theatre.sandbox.operations_take(OPERATION_SECONDS)


def update(theatre: Theatre, connector: ConnectorId, **changes: str) -> None:
    """What Terraform does: the configuration as a whole, then wait until it says RUNNING again."""
    kafka_connect = theatre.sandbox.client("kafkaconnect")
    arn = arn_of(theatre, connector)
    there = kafka_connect.describe_connector(connectorArn=arn)
    configuration = {**there["connectorConfiguration"], **changes}
    kafka_connect.update_connector(
        connectorArn=arn, currentVersion=there["currentVersion"], connectorConfiguration=configuration
    )
    await_running(theatre, connector)


def arn_of(theatre: Theatre, connector: ConnectorId) -> str:
    pages = theatre.sandbox.client("kafkaconnect").list_connectors(connectorNamePrefix=connector.name)
    return str(pages["connectors"][0]["connectorArn"])


def await_running(theatre: Theatre, connector: ConnectorId) -> None:
    arn, kafka_connect = arn_of(theatre, connector), theatre.sandbox.client("kafkaconnect")
    theatre.sandbox.wait_for(
        lambda: kafka_connect.describe_connector(connectorArn=arn)["connectorState"] == ConnectorState.RUNNING
    )


def everything_written(theatre: Theatre) -> str:
    """The table, and the parameters of all calls that functions made: queues, topics, metrics."""
    table = (
        theatre.sandbox.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=theatre.stage.outputs["LedgerTable"])
    )
    made = [call.parameters for call in theatre.sandbox.calls() if call.caller]
    return json.dumps([[page["Items"] for page in table], made], default=str)


def test_an_update_that_is_rolled_back_is_told_and_the_next_one_resolves_it(updated_slowly: Theatre) -> None:
    theatre = updated_slowly
    recording = with_password(load(SAMPLES / QUIET), OLD_SECRET)
    connector = theatre.play(recording)
    await_running(theatre, connector)

    code, message = "InvalidInput.InvalidConnectorConfiguration", f"Access denied with password {NEW_SECRET}"
    theatre.sandbox.fail_next_operation(connector.name, message, code)
    update(theatre, connector, **{"tasks.max": "many", "database.password": NEW_SECRET})
    sight = theatre.await_sight(connector, lambda sight: bool(sight.seen.notices))

    (told,) = sight.seen.notices
    assert (told.change, told.severity, told.verdict) == (
        Change.UPDATE_FAILED,
        Severity.WARNING,
        Verdict.DO_NOT_RESTART,
    )
    assert told.failure_class == "MSK_UPDATE_ROLLED_BACK"
    assert told.cause == "InvalidInput.InvalidConnectorConfiguration: Access denied with password ***"
    assert "database.password: *** -> ***; tasks.max: 1 -> many." in told.what_happened
    written = everything_written(theatre)
    assert told.id in written
    assert not [secret for secret in (OLD_SECRET, NEW_SECRET) if secret in written]
    theatre.sandbox.wait_for(
        lambda: [each for each in theatre.stage.slack.messages if connector.name in str(each.payload)]
    )
    assert not [secret for secret in (OLD_SECRET, NEW_SECRET) if secret in str(theatre.stage.slack.messages)]

    update(theatre, connector, **{"tasks.max": "2"})
    sight = theatre.await_sight(connector, lambda sight: sight.record.failed_update is None)
    assert [notice.change for notice in sight.seen.notices] == [Change.UPDATE_FAILED, Change.RESOLVED]
    assert [incident.failure_class for incident in sight.seen.ended] == ["MSK_UPDATE_ROLLED_BACK"]
    assert sight.seen.restarts == 0


def test_an_update_that_could_not_be_taken_back_and_one_that_never_ends_page(theatre: Theatre) -> None:
    half_way, endless = theatre.play(QUIET), theatre.play(QUIET)
    await_running(theatre, half_way)
    await_running(theatre, endless)
    theatre.sandbox.set_connector_state(endless.name, ConnectorState.UPDATING)
    theatre.sandbox.fail_next_operation(half_way.name, "No capacity.", rollback="FAILED")
    update(theatre, half_way, **{"tasks.max": "8"})

    told = theatre.await_sight(half_way, lambda sight: bool(sight.seen.notices)).seen.notices[0]
    assert (told.failure_class, told.severity) == ("MSK_UPDATE_FAILED", Severity.PAGE)
    patience = theatre.stage.seconds("UpdatingStuckSeconds") + PATIENCE
    told = theatre.await_sight(endless, lambda sight: bool(sight.seen.notices), patience).seen.notices[0]
    assert (told.health, told.severity, told.change) == (Health.STUCK, Severity.PAGE, Change.REFUSED)
    assert "list-connector-operations" in told.next_step


def test_an_update_between_two_looks_is_told_when_it_is_the_connector_s_turn(theatre: Theatre) -> None:
    connector = theatre.play(QUIET)
    await_running(theatre, connector)
    theatre.sandbox.operations_take(0.0)
    try:
        theatre.sandbox.fail_next_operation(connector.name, "The connector is not healthy after the update.")
        update(theatre, connector, **{"tasks.max": "8"})
    finally:
        theatre.sandbox.operations_take(OPERATION_SECONDS)
    told = theatre.await_sight(connector, lambda sight: bool(sight.seen.notices)).seen.notices[0]
    assert (told.change, told.cause) == (
        Change.UPDATE_FAILED,
        "UnknownError.Unknown: The connector is not healthy after the update.",
    )
