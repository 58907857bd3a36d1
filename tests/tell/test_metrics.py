import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics

from connectops.model import (
    Action,
    Attempt,
    AttemptEnd,
    Change,
    ConnectorState,
    Health,
    Incident,
    Look,
    Notice,
    Phase,
    Tasks,
)
from connectops.tell.metrics import NAMESPACE, Count, chart_health, count_completion, count_looks, count_outcome
from tests.builders import NOW, ORDERS
from tests.notices import a_notice


@dataclass
class Response:
    restarted: bool = False
    ended: Incident | None = None
    told: tuple[Notice, ...] = ()


def counted(metrics: EphemeralMetrics) -> dict[str, Any]:
    serialized: dict[str, Any] = {**metrics.serialize_metric_set()}
    (block,) = serialized["_aws"]["CloudWatchMetrics"]
    assert (block["Namespace"], block["Dimensions"]) == (NAMESPACE, [["service"]])
    return {metric["Name"]: sum(serialized[metric["Name"]]) for metric in block["Metrics"]}


@pytest.fixture
def metrics() -> EphemeralMetrics:
    return EphemeralMetrics(namespace=NAMESPACE, service="stack")


def look(failed: int | None = 0) -> Look:
    tasks = None if failed is None else Tasks(1, failed, 0, NOW)
    return Look(ORDERS, NOW, ConnectorState.RUNNING, tasks=tasks)


def test_every_connector_is_counted_once(metrics: EphemeralMetrics) -> None:
    looks = [
        (look(), Health.HEALTHY),
        (look(2), Health.DEGRADED),
        (look(1), Health.FAILED),
        (look(), Health.STALLED),
        (look(), Health.PAUSED),
        (look(None), Health.UNKNOWN),
        (look(None), Health.GONE),
    ]
    count_looks(metrics, looks, {"west": "away"})
    assert counted(metrics) == {
        "ConnectorsHealthy": 1,
        "ConnectorsUnhealthy": 3,
        "ConnectorsUnknown": 1,
        "FailedTasks": 3,
        "ClustersUnknown": 1,
    }


@pytest.mark.parametrize("looks", [[], [(look(), Health.PAUSED)], [(look(), Health.HEALTHY)]])
def test_where_nothing_is_wrong_only_what_is_well_is_counted(
    metrics: EphemeralMetrics, looks: list[tuple[Look, Health]]
) -> None:
    count_looks(metrics, looks, {})
    assert counted(metrics) == {"ConnectorsHealthy": sum(health is Health.HEALTHY for _, health in looks)}


def test_each_connector_is_charted_that_is_well_or_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "stack")
    names = {health: replace(ORDERS, name=health.value) for health in Health}
    chart_health([(replace(look(), connector=connector), health) for health, connector in names.items()])
    series = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {json.dumps(each["_aws"]["CloudWatchMetrics"][0]["Dimensions"]) for each in series} == {
        '[["connector", "service"]]'
    }
    values = {each["connector"]: each["ConnectorHealthy"] for each in series}
    ill = {"DEGRADED", "FAILED", "NO_TASKS", "RETRYING", "STALLED", "STUCK"}
    assert values == {"msk/HEALTHY": [1]} | {f"msk/{health}": [0] for health in ill}


@pytest.mark.parametrize(
    ("name", "said"), [("a b:c", "a b:c"), ("zähler\n", r"z\xe4hler\n"), ("表", r"\u8868"), ("x" * 2000, "x" * 1020)]
)
def test_a_name_is_charted_as_cloudwatch_takes_it(capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    chart_health([(replace(look(), connector=replace(ORDERS, name=name)), Health.HEALTHY)])
    assert json.loads(capsys.readouterr().out)["connector"] == f"msk/{said}"


def test_completion_is_counted_apart(metrics: EphemeralMetrics) -> None:
    count_completion(metrics)
    assert counted(metrics) == {"PollCompleted": 1}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (Change.OPENED, "IncidentsOpened"),
        (Change.REFUSED, "RestartsRefused"),
        (Change.QUARANTINED, "ConnectorsQuarantined"),
        (Change.RESOLVED, "IncidentsResolved"),
        (Change.REMINDER, None),
    ],
)
def test_what_was_told_is_counted(metrics: EphemeralMetrics, change: Change, name: str | None) -> None:
    count_outcome(metrics, Response(told=(replace(a_notice(), change=change),)))
    quiet = {"RestartsAttempted": 0, "RestartsProven": 0, "NoticesPublished": 1}
    assert counted(metrics) == quiet | ({name: 1} if name else {})


@pytest.mark.parametrize(("end", "proven"), [(AttemptEnd.PROVEN, 1), (AttemptEnd.NOT_PROVEN, 0)])
def test_a_restart_is_counted_when_asked_for_and_when_proven(
    metrics: EphemeralMetrics, end: AttemptEnd, proven: int
) -> None:
    attempt = Attempt(1, Action.RESTART_TASKS, "UNKNOWN", NOW, end=end)
    incident = Incident("i", ORDERS, NOW, Phase.PROVING, NOW, attempts=(attempt,))
    count_outcome(metrics, Response(restarted=True))
    count_outcome(metrics, Response(ended=incident))
    assert counted(metrics) == {"RestartsAttempted": 1, "RestartsProven": proven, "NoticesPublished": 0}


def test_every_count_names_a_noun_in_the_plural_or_an_event() -> None:
    assert all(count.value.isalnum() and count.value[0].isupper() for count in Count)
