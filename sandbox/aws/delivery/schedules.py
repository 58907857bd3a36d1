"""EventBridge Scheduler: fires rate() schedules, scaled. moto only stores them.

Other expressions fire when the admin API says so. A retry policy concerns what the target's API refuses; Lambda's
asynchronous Invoke refuses nothing here, and retries of the function itself are Lambda's.
"""

from __future__ import annotations

import math
import re
import threading
import time
import uuid
from datetime import UTC, datetime

from moto.scheduler.models import Schedule, scheduler_backends

from sandbox.aws.delivery import targets
from sandbox.aws.threads import repeat
from sandbox.aws.world import World

ROUND = 0.05
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}


class Schedules:
    """An enabled schedule fires an interval after it was seen first, on whole seconds where the interval is whole."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._due: dict[tuple[str, str], float] = {}

    def start(self) -> None:
        repeat(self._round, ROUND, self._world.stopping)

    def fire(self, name: str) -> None:
        """Fire the schedule of this name now. Raises KeyError."""
        for schedule in _all():
            if schedule.name == name:
                return self._fire(schedule, time.time())
        raise KeyError(name)

    def _round(self) -> None:
        now = time.time()
        existing = set()
        for schedule in _all():
            interval = interval_of(schedule.schedule_expression)
            if interval is None or schedule.state != "ENABLED":
                continue
            interval = self._world.clock.real(interval)
            key = schedule.arn, schedule.schedule_expression
            existing.add(key)
            with self._lock:
                due = self._due.setdefault(key, math.ceil(now) + interval)
                if now < due:
                    continue
                missed = math.floor((now - due) / interval)
                self._due[key] = due + (missed + 1) * interval
            self._fire(schedule, due + missed * interval)
        with self._lock:
            self._due = {key: due for key, due in self._due.items() if key in existing}

    def _fire(self, schedule: Schedule, scheduled: float) -> None:
        told = {
            "schedule-arn": schedule.arn,
            "scheduled-time": stamp(scheduled),
            "execution-id": uuid.uuid4().hex[:16],
            "attempt-number": "1",
        }
        body = schedule.target.get("Input") or "{}"
        for name, value in told.items():
            body = body.replace(f"<aws.scheduler.{name}>", value)
        group = (schedule.target.get("SqsParameters") or {}).get("MessageGroupId")
        targets.deliver(self._world, schedule.target["Arn"], body, group_id=group)


def interval_of(expression: str) -> float | None:
    """AWS seconds between two firings of a rate() expression; None for other kinds."""
    found = _RATE.fullmatch(expression)
    return int(found[1]) * _SECONDS[found[2]] if found else None


def stamp(at: float) -> str:
    """AWS has whole seconds here; fractions appear where the time factor makes them necessary."""
    moment = datetime.fromtimestamp(at, UTC)
    spec = "seconds" if abs(at - round(at)) < 0.0005 else "milliseconds"
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def _all() -> list[Schedule]:
    return [
        schedule
        for regions in list(scheduler_backends.values())
        for backend in list(regions.values())
        for group in list(backend.schedule_groups.values())
        for schedule in list(group.schedules.values())
    ]
