"""EventBridge Scheduler."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.admin import SandboxError
from sandbox.aws.delivery.schedules import interval_of, stamp
from sandbox.session import SandboxSession

from .conftest import MINUTE, MakeFunction


def scheduled(sandbox: SandboxSession, name: str, arn: str, expression: str, **settings: Any) -> None:
    sandbox.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": arn,
            "RoleArn": "arn:aws:iam::123456789012:role/any",
            "Input": '{"at": "<aws.scheduler.scheduled-time>", "try": "<aws.scheduler.attempt-number>"}',
            "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
        },
        **settings,
    )


def test_a_rate_fires_each_scaled_interval_and_says_for_when(
    sandbox: SandboxSession, make_function: MakeFunction, name: str, invoked: Any
) -> None:
    scheduled(sandbox, name, make_function(), "rate(1 minute)")
    events = [invocation.event for invocation in invoked(3)]
    sandbox.client("scheduler").delete_schedule(Name=name)
    moments = [datetime.fromisoformat(event["at"]) for event in events]
    assert [(b - a).total_seconds() for a, b in itertools.pairwise(moments)] == [pytest.approx(MINUTE)] * 2
    assert {event["try"] for event in events} == {"1"}


def test_a_disabled_schedule_is_silent_until_it_is_fired_by_hand(
    sandbox: SandboxSession, make_function: MakeFunction, name: str, invoked: Any
) -> None:
    scheduled(sandbox, name, make_function(), "rate(1 minute)", State="DISABLED")
    with pytest.raises(TimeoutError):
        invoked(1, 3 * MINUTE)
    sandbox.fire_schedule(name)
    assert invoked()[0].event["try"] == "1"


def test_a_schedule_that_does_not_exist_cannot_be_fired(sandbox: SandboxSession, name: str) -> None:
    with pytest.raises(SandboxError, match=name):
        sandbox.fire_schedule(name)


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [("rate(1 minute)", 60), ("rate(2 hours)", 7_200), ("rate(1 day)", 86_400), ("cron(0 9 * * ? *)", None)],
)
def test_only_rates_have_an_interval(expression: str, seconds: int | None) -> None:
    assert interval_of(expression) == seconds


def test_fractions_of_a_second_appear_only_where_they_are_needed() -> None:
    at = datetime(2026, 11, 23, 1, 14, 17, tzinfo=UTC).timestamp()
    assert stamp(at) == "2026-11-23T01:14:17Z"
    assert stamp(at + 0.25) == "2026-11-23T01:14:17.250Z"
