"""The broker takes no record of a batch: the producer splits it without end until its thread dies."""

from sandbox.live import topics
from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def lower_the_limit(subject: Subject) -> None:
    topics.change(subject.stack.broker.address, subject.topic, max__message__bytes="1000")


def raise_the_limit(subject: Subject) -> None:
    topics.change(subject.stack.broker.address, subject.topic, max__message__bytes="1000000")
    subject.restart()


DEAD = Scenario(
    name="running-but-dead",
    cause="the topic takes only smaller records than it writes: it says RUNNING and its producer is dead",
    stack="d",
    truth=refused("KAFKA_RECORD_TOO_LARGE"),
    settings={"producer.override.linger.ms": "10000"},
    break_it=lower_the_limit,
    mend=raise_the_limit,
)
SCENARIOS = (DEAD,)
