"""Somebody writes a value that is larger than a Kafka record may be."""

from sandbox.live import topics
from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject

LIMIT = "10000000"


def make_room(subject: Subject) -> None:
    subject.sql("ALTER TABLE t ADD big TEXT" if subject.on_postgres else "ALTER TABLE t ADD big LONGTEXT")


def write_large(subject: Subject) -> None:
    subject.sql("INSERT INTO t (id, v, big) VALUES (1000000, 'large', repeat('x', 2000000))")


def raise_limits(subject: Subject) -> None:
    topics.change(subject.stack.broker.address, subject.topic, max__message__bytes=LIMIT)
    subject.reconfigure(producer__override__max__request__size=LIMIT, producer__override__buffer__memory="67108864")
    subject.restart()


LARGE = Scenario(
    name="record-too-large",
    cause="a row is larger than a record may be",
    stack="d",
    truth=refused("KAFKA_RECORD_TOO_LARGE"),
    prepare=make_room,
    break_it=write_large,
    mend=raise_limits,
)
SCENARIOS = (LARGE, LARGE.but(stack="a"), LARGE.but(stack="c"))
