"""The only broker is away for a minute and a half."""

import time

from sandbox.live.scenario import Scenario, healed
from sandbox.live.scenarios.offset_flush_times_out import leaving_a_task
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
SCENARIOS = (AWAY, leaving_a_task(AWAY, break_it=away, outage=None), AWAY.but(stack="a"))
