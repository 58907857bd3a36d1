"""The replication slot is dropped while the connector is stopped, and rows are written before it runs again."""

from sandbox.live.scenario import Rows, Scenario, refused
from sandbox.live.subject import Subject


def drop(subject: Subject) -> None:
    with subject.stopped():
        subject.sql("SELECT pg_drop_replication_slot('slot_$db')")
        subject.write()


def begin_anew(subject: Subject) -> None:
    subject.begin_anew()


OLD = Scenario(
    name="slot-dropped",
    cause="its replication slot is dropped while it is stopped",
    stack="d",
    truth=refused("PG_SLOT_MISSING", rows=Rows.LOST),
    break_it=drop,
    remark="Debezium 2.7 makes a new slot and streams on as if nothing had happened",
)
SCENARIOS = (OLD, OLD.but(stack="e", truth=refused("PG_SLOT_MISSING"), mend=begin_anew, remark=""))
