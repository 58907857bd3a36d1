"""The only broker is away for a minute and a half."""

from sandbox.live.scenario import Scenario, healed
from sandbox.live.subject import Subject


def stop(subject: Subject) -> None:
    subject.stack.broker.stop()


def start(subject: Subject) -> None:
    subject.stack.broker.start()


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
SCENARIOS = (AWAY, AWAY.but(stack="e"), AWAY.but(stack="a"))
