"""A record that the converter of a sink cannot read."""

from sandbox.live import topics
from sandbox.live.file_sink import FileSink
from sandbox.live.scenario import Scenario, quiet, refused
from sandbox.live.subject import Subject


def poison(subject: Subject) -> None:
    topics.send(subject.stack.broker.address, subject.topic, b"neither JSON \x00 nor text")


def pass_over(subject: Subject) -> None:
    subject.reconfigure(errors__tolerance="all")
    subject.restart()


POISON = Scenario(
    name="converter-poison",
    cause="a record that its converter cannot read",
    stack="d",
    truth=refused("CONNECT_CONVERTER_DATA"),
    kind=FileSink,
    break_it=poison,
    mend=pass_over,
)
TOLERATED = POISON.but(
    name="converter-poison-tolerated",
    cause="a record that its converter cannot read goes to a dead letter queue",
    truth=quiet(),
    settings={
        "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": "$db.dead",
        "errors.deadletterqueue.topic.replication.factor": "1",
        "errors.log.enable": "true",
    },
    mend=None,
    watch=30,
)
SCENARIOS = (POISON, POISON.but(stack="c"), TOLERATED)
