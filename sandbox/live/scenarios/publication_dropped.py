"""The publication is dropped while a connector streams, and the connector may not make it."""

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def publish(subject: Subject) -> None:
    subject.sql("CREATE PUBLICATION publication_$db FOR TABLE t")


def drop(subject: Subject) -> None:
    subject.sql("DROP PUBLICATION publication_$db")


def begin_anew(subject: Subject) -> None:
    """A publication that is younger than the position of the slot does not help: the position has to go as well."""
    publish(subject)
    subject.begin_anew()


DROPPED = Scenario(
    name="publication-dropped",
    cause="the publication is dropped while it streams",
    stack="d",
    truth=refused("PG_PUBLICATION"),
    settings={"publication.autocreate.mode": "disabled"},
    prepare=publish,
    break_it=drop,
    mend=begin_anew,
    often=True,
)
SCENARIOS = (DROPPED, DROPPED.but(stack="e", often=False))
