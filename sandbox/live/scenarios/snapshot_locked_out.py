"""Somebody holds a lock while a connector wants to make its snapshot."""

from sandbox.live.scenario import Scenario, cured
from sandbox.live.subject import Subject


def lock(subject: Subject) -> None:
    subject.stack.database.sql("SET GLOBAL lock_wait_timeout = 5")
    subject.hold("LOCK TABLES t WRITE")


def release(subject: Subject) -> None:
    subject.release()
    subject.stack.database.sql("SET GLOBAL lock_wait_timeout = 86400")


LOCKED = Scenario(
    name="snapshot-locked-out",
    cause="another session holds a lock for 40 s when it wants to make its snapshot",
    stack="a",
    truth=cured("MYSQL_SNAPSHOT_LOCK_FAILED"),
    break_it=lock,
    mend=release,
    outage=40,
    born_broken=True,
    alone=True,
)
SCENARIOS = (LOCKED, LOCKED.but(stack="c"))
