"""How many calls a quiet fleet costs at a look, counted where botocore would send them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from connectops.decide.health import assess
from connectops.decide.update_story import with_story
from connectops.model import Health
from connectops.observe.memory import NoMemory
from connectops.observe.msk_connect import MskConnect
from connectops.observe.msk_details import MskDetails
from connectops.observe.msk_fleet import MskFleet
from connectops.observe.msk_metrics import Economy, MskMetrics
from connectops.observe.task_metrics import TaskMetrics
from connectops.observe.updates import Updates
from tests.msk_stub import AT, MINUTE, arn, description, operation, summary

LINES_ARRIVE = "/msk/workers"
PAGE = 100


class Account:
    """MSK Connect and CloudWatch of an account with so many connectors, all well and all updated once."""

    def __init__(self, size: int) -> None:
        self.names = [f"c{number:04}" for number in range(size)]
        self.calls: Counter[str] = Counter()
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
        self._connect, self._metrics = session.client("kafkaconnect"), session.client("cloudwatch")
        for client in (self._connect, self._metrics):
            client.meta.events.register("before-parameter-build.*.*", self._note)
            client.meta.events.register("before-call.*.*", self._answered)  # type: ignore[arg-type]  # may answer itself
        self._answer: dict[str, Any] = {}

    def fleet(self) -> MskFleet:
        msk = MskConnect(self._connect)
        details = MskDetails(msk, NoMemory(), at_most=len(self.names), updates=Updates(self._connect, with_story))
        metrics = TaskMetrics(self._metrics, MINUTE, 10 * MINUTE)
        economy = Economy(timedelta(minutes=15), frozenset({LINES_ARRIVE}))
        return MskFleet(msk, details, MskMetrics(metrics, economy, lambda look: assess(look) is Health.HEALTHY))

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls[model.name] += 1
        self._answer = getattr(self, model.name)(params) | {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def _answered(self, **_: Any) -> tuple[Any, dict[str, Any]]:
        return SimpleNamespace(status_code=200), self._answer

    def ListConnectors(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's name
        begin = int(params.get("nextToken", 0))
        page = [summary(name, log_group=LINES_ARRIVE) for name in self.names[begin : begin + PAGE]]
        more = {"nextToken": str(begin + PAGE)} if begin + PAGE < len(self.names) else {}
        return {"connectors": page, **more}

    def DescribeConnector(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's name
        return description(next(name for name in self.names if arn(name) == params["connectorArn"]))

    def ListTagsForResource(self, _params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's name
        return {"tags": {}}

    def ListConnectorOperations(self, _params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's name
        update = operation(1, AT, "UPDATE_CONNECTOR_CONFIGURATION", connectorOperationState="UPDATE_COMPLETE")
        return {"connectorOperations": [update]}

    def GetMetricData(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's name
        asked = params["MetricDataQueries"]
        values = {"RunningTaskCount": 1.0, "ErroredTaskCount": 0.0}
        results = [
            {"Id": each["Id"], "Timestamps": [AT], "Values": [values[each["MetricStat"]["Metric"]["MetricName"]]]}
            for each in asked
        ]
        return {"MetricDataResults": results}


@pytest.mark.parametrize(("size", "at_most"), [(1, 5), (10, 13), (100, 13), (1000, 25)])
def test_a_quiet_fleet_costs_few_calls_a_look(size: int, at_most: int) -> None:
    account = Account(size)
    fleet = account.fleet()
    fleet.look(AT, AT, frozenset())
    account.calls.clear()
    listing = fleet.look(AT + MINUTE, AT + MINUTE, frozenset())
    assert {assess(look) for look in listing.looks} == {Health.HEALTHY}
    what_is_open = 1
    assert account.calls.total() + what_is_open <= at_most, account.calls
    assert account.calls["ListConnectorOperations"] == account.calls["ListTagsForResource"] == min(size, 5)
