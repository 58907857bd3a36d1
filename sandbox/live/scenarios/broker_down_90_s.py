"""The only broker is away for a minute and a half."""

import time

from sandbox.live.scenario import Scenario, healed
from sandbox.live.scenarios.offset_flush_times_out import (
    LEAKS,
    LEAKS_REMARK,
    LONG_ENOUGH_TO_TELL,
    end_its_session,
)
from sandbox.live.subject import Subject


def stop(subject: Subject) -> None:
    subject.stack.broker.stop()


def start(subject: Subject) -> None:
    subject.stack.broker.start()


def away(subject: Subject) -> None:
    stop(subject)
    time.sleep(90)
    start(subject)


AWAY = Scenario(
    name="broker-down-90-s",
    cause="the broker is down for 90 s",
    stack="d",
    truth=healed("KAFKA_UNREACHABLE", "KAFKA_DELIVERY_FAILED", "CONNECT_WORKER_STALL", "NOISE_METADATA_TRANSIENT"),
    break_it=stop,
    mend=start,
    outage=90,
    watch=150,
    alone=True,
)
LEFT_A_TASK = AWAY.but(
    stack="e",
    truth=LEAKS,
    break_it=away,
    mend=end_its_session,
    mended_if_told=True,
    outage=None,
    watch=LONG_ENOUGH_TO_TELL,
    remark=LEAKS_REMARK,
)
SCENARIOS = (AWAY, LEFT_A_TASK, AWAY.but(stack="a"))
