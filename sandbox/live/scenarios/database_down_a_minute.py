"""The database is down for a minute while a connector streams."""

from sandbox.live.scenario import Scenario, cured
from sandbox.live.subject import Subject


def stop(subject: Subject) -> None:
    subject.stack.database.stop()


def start(subject: Subject) -> None:
    subject.stack.database.start()


DOWN = Scenario(
    name="database-down-a-minute",
    cause="the database is down for a minute",
    stack="d",
    truth=cured("PG_CONN_LOST"),
    break_it=stop,
    mend=start,
    outage=60,
    alone=True,
    control=True,
)
INTO_THE_OUTAGE = DOWN.but(
    name="restart-into-an-outage",
    cause="the database is down for a minute, and the first restart comes too early",
    stack="a",
    truth=cured("MYSQL_CONN_LOST", restarts=(2, 7)),
    control=False,
    remark="Debezium says RUNNING until the restart makes it FAILED",
)
SCENARIOS = (
    DOWN,
    DOWN.but(stack="e"),
    DOWN.but(stack="b", truth=cured("MYSQL_CONN_LOST")),
    INTO_THE_OUTAGE,
    INTO_THE_OUTAGE.but(stack="c"),
)
