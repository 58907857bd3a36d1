"""CloudWatch alarms on one metric: evaluated on complete, scaled periods; actions are SNS topics.

moto never evaluates an alarm. Patches `CloudWatchBackend.set_alarm_state`, so that a state set by hand acts as well,
and `put_metric_alarm`, because an alarm begins with too little data. Source: "Evaluating an alarm" in the CloudWatch
user guide.
"""

from __future__ import annotations

import json
import math
import operator
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends

from sandbox.aws import metrics
from sandbox.aws.delivery import targets
from sandbox.aws.world import World

ROUND = 0.25
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def install(world: World) -> None:
    put, set_state = CloudWatchBackend.put_metric_alarm, CloudWatchBackend.set_alarm_state

    def put_metric_alarm(self: CloudWatchBackend, name: str, *args: Any, **settings: Any) -> Alarm:
        before = self.alarms.get(name)
        alarm = put(self, name, *args, **settings)
        alarm.state_value = before.state_value if before else "INSUFFICIENT_DATA"
        return alarm

    def set_alarm_state(
        self: CloudWatchBackend, alarm_name: str, reason: str, reason_data: str, state_value: str
    ) -> None:
        before = self.alarms[alarm_name].state_value if alarm_name in self.alarms else None
        set_state(self, alarm_name, reason, reason_data, state_value)
        alarm = self.alarms[alarm_name]
        if before == state_value or not alarm.actions_enabled:
            return
        actions = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(
            state_value, alarm.insufficient_data_actions
        )
        subject = f'{state_value}: "{alarm.name}" in {self.region_name}'
        for arn in actions or []:
            targets.deliver(world, arn, json.dumps(_notice(self, alarm, str(before))), subject=subject[:100])

    CloudWatchBackend.put_metric_alarm = put_metric_alarm  # type: ignore[method-assign]
    CloudWatchBackend.set_alarm_state = set_alarm_state  # type: ignore[method-assign]


def evaluate(world: World) -> None:
    """Look at all alarms once."""
    for regions in list(cloudwatch_backends.values()):
        for backend in list(regions.values()):
            for alarm in list(backend.alarms.values()):
                if alarm.metric_name:
                    state, reason = _state(world, backend, alarm)
                    if state != alarm.state_value:
                        backend.set_alarm_state(alarm.name, reason, "{}", state)


def _state(world: World, backend: CloudWatchBackend, alarm: Alarm) -> tuple[str, str]:
    period, count = world.clock.real(float(alarm.period)), int(alarm.evaluation_periods)
    end = math.floor(time.time() / period) * period
    begin = end - count * period
    dimensions = [{"Name": str(d.name), "Value": str(d.value)} for d in alarm.dimensions]
    key = metrics.key_of(alarm.namespace, alarm.metric_name, dimensions)
    points = metrics.store_of(backend.account_id, backend.region_name).between(key, begin, end)
    statistic = alarm.statistic or alarm.extended_statistic or "Average"
    values = [metrics.summarised(some, statistic) for some in metrics.buckets(points, period).values()]
    breaching = sum(_OPERATORS[alarm.comparison_operator](value, float(alarm.threshold)) for value in values)
    missing = count - len(values)
    needed = int(alarm.datapoints_to_alarm or count)
    treat = alarm.treat_missing_data or "missing"
    young = alarm.configuration_updated_timestamp.replace(tzinfo=UTC).timestamp() > begin
    if missing and young and treat == "breaching":
        return alarm.state_value, ""
    if treat == "breaching":
        breaching += missing
    if breaching >= needed:
        return (
            "ALARM",
            f"Threshold Crossed: {breaching} out of the last {count} datapoints were beyond {alarm.threshold}.",
        )
    if not values and treat in ("missing", "ignore"):
        return ("INSUFFICIENT_DATA" if treat == "missing" else alarm.state_value), "Insufficient Data"
    return "OK", f"Threshold not crossed: {breaching} of the last {count} datapoints were beyond {alarm.threshold}."


def _notice(backend: CloudWatchBackend, alarm: Alarm, before: str) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": backend.account_id,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "Region": backend.region_name,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "Statistic": alarm.statistic,
            "Dimensions": [{"name": d.name, "value": d.value} for d in alarm.dimensions],
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": alarm.threshold,
            "TreatMissingData": alarm.treat_missing_data,
        },
    }
