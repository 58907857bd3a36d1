"""Somebody else reads the binlog with the server id of a connector."""

from sandbox.live.scenario import Scenario, quiet, refused
from sandbox.live.subject import Subject


def another(subject: Subject) -> str:
    return f"{subject.name}-2"


def make_another(subject: Subject) -> None:
    """The same configuration under another name and with topics of its own, as somebody copies it."""
    copied = {
        key: value.replace(subject.database, f"{subject.database}_2")
        for key, value in subject.configuration.items()
        if key != "database.include.list"
    }
    subject.platform.create(another(subject), copied | {"database.include.list": subject.database}, subject.worker)


def take_it_away(subject: Subject) -> None:
    subject.platform.delete(another(subject))
    subject.restart()


TWO = Scenario(
    name="two-with-one-server-id",
    cause="a second connector gets the same server id",
    stack="a",
    truth=refused("MYSQL_SERVER_ID_CONFLICT"),
    break_it=make_another,
    mend=take_it_away,
    remark="the older one dies; a restart of it would kill the newer one",
)
SCENARIOS = (
    TWO,
    TWO.but(stack="c"),
    TWO.but(stack="b", truth=quiet(), remark="MySQL 5.6 lets both read on", watch=40),
)
