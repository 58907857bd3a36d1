"""The demo itself: watch the fleet fail, and compare what was seen with what is known to be true."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console

from connectops.clients.connect_rest import ConnectRest
from connectops.decide.diagnosis import diagnose_trace
from connectops.model import ConnectorId, Look
from connectops.observe.fleet import Fleet
from connectops.observe.msk_fleet import MskFleet
from sandbox.demo import summary
from sandbox.demo.observation import Observer, Sight
from sandbox.demo.screen import screen_for
from sandbox.demo.stage import BLIND_FOR, BLIND_FROM, FACTOR, Stage
from sandbox.demo.summary import Result
from sandbox.demo.table import Row, row_of

if TYPE_CHECKING:
    import boto3

ROUND = 0.8
"""Seconds between two looks at everything."""
LOOKS_AFTERWARDS = 2
MINUTE = 60.0
SLACK_PATIENCE = 15.0
"""A message that Slack did not take is tried again after nine seconds."""


@dataclass(frozen=True, slots=True)
class Show:
    """A running demo."""

    stage: Stage
    observer: Observer
    fleet: Fleet
    quiet_seconds: float
    patience: float
    """Seconds after which what has not happened is taken not to happen."""

    @classmethod
    def of(cls, stage: Stage, patience: float) -> Show:
        return cls(
            stage,
            Observer(stage.session, stage.outputs, stage.restarts_by_rest),
            Fleet(
                MskFleet.closely(
                    cast("boto3.Session", stage.session),  # it builds clients as one does
                    metric_period=timedelta(seconds=stage.seconds("MetricPeriodSeconds")),
                    metric_window=timedelta(seconds=stage.seconds("MetricWindowSeconds")),
                    described_at_most=len(stage.performers),
                ),
                {cluster.name: ConnectRest(cluster) for cluster in stage.clusters},
                diagnose_trace,
            ),
            quiet_period(stage),
            patience,
        )

    def watch(self, console: Console) -> dict[ConnectorId, Sight]:
        """Until everything is as expected and noise has had the time to be mistaken for trouble, or time is up."""
        self.stage.throttle_restarts()
        throttled = False
        with screen_for(console) as screen:
            while True:
                elapsed = time.time() - self.stage.began_at
                if not throttled and elapsed >= BLIND_FROM:
                    self.stage.throttle_looks()
                    throttled = True
                sights = self.observer.look(p.member.connector for p in self.stage.performers)
                screen.show(self.rows(sights), elapsed, _remark(elapsed))
                if elapsed > self.patience or (self._is_quiet() and self._is_settled(sights)):
                    return sights
                time.sleep(ROUND)

    def slack_messages(self, sights: dict[ConnectorId, Sight]) -> list[dict[str, Any]]:
        """What Slack got, each message once: it may come twice. Waits a little for what is still on its way."""
        notices = [notice for sight in sights.values() for notice in sight.seen.notices]
        slack = self.stage.slack
        with suppress(TimeoutError):  # the summary says what is missing
            self.stage.session.wait_for(
                lambda: summary.judge_slack(notices, [posted.payload for posted in slack.messages]).ok, SLACK_PATIENCE
            )
        once = {json.dumps(posted.payload): posted.payload for posted in slack.messages}
        return list(once.values())

    def results(self, sights: dict[ConnectorId, Sight], messages: list[dict[str, Any]]) -> list[Result]:
        found = [summary.judge(p.member, sights[p.member.connector].seen) for p in self.stage.performers]
        calls = self.stage.session.calls(service="kafkaconnect")
        seen = [sight.seen for sight in sights.values()]
        notices = [notice for one in seen for notice in one.notices]
        return [*found, summary.judge_throttling(calls, seen), summary.judge_slack(notices, messages)]

    def rows(self, sights: dict[ConnectorId, Sight]) -> list[Row]:
        """The lines of the table, with the health that the platforms show now."""
        now = datetime.now(UTC)
        looks: dict[ConnectorId, Look] = {look.connector: look for look in self.fleet.look(now, now, frozenset()).looks}
        return [row_of(sight, looks.get(connector)) for connector, sight in sights.items()]

    def _is_settled(self, sights: dict[ConnectorId, Sight]) -> bool:
        members = [p.member for p in self.stage.performers]
        return all(sights[member.connector].seen.fits(member.expectation) for member in members)

    def _is_quiet(self) -> bool:
        return time.time() >= self.stage.ends_at + self.quiet_seconds


def quiet_period(stage: Stage) -> float:
    """Seconds after the last recorded line in which noise would have become an alarm.

    Lines set off suspicions, the longest of which is confirmed by the next look after its deadline; the first look of
    what a status shows needs a second one. What is later than that (stuck, stalled, out of sight) begins with a look
    that was not healthy, and no row ends as quiet with one.
    """
    deadlines = ("SilentStopSeconds", "InternalRetrySeconds", "EmptyAssignmentSeconds")
    return max(stage.seconds(name) for name in deadlines) + LOOKS_AFTERWARDS * MINUTE / FACTOR


def _remark(elapsed: float) -> str:
    if BLIND_FROM <= elapsed < BLIND_FROM + BLIND_FOR:
        return "MSK Connect throttles ListConnectors"
    return "recorded failures are played; ConnectOps looks every 3 s (a minute, 20 times as fast)"
