"""The server gives up the WAL that a stopped connector still needs."""

import time

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def remove(subject: Subject) -> None:
    with subject.stopped():
        subject.sql("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'")
        subject.sql("SELECT pg_reload_conf()")
        for _ in range(8):
            subject.sql("CREATE TABLE filler AS SELECT repeat('x', 100) FROM generate_series(1, 200)")
            subject.sql("DROP TABLE filler")
            subject.sql("SELECT pg_switch_wal()")
        subject.write()
        for _ in range(2):
            subject.sql("CHECKPOINT")
            time.sleep(1)


def give_up_the_position(subject: Subject) -> None:
    subject.sql("ALTER SYSTEM RESET max_slot_wal_keep_size")
    subject.sql("SELECT pg_reload_conf()")
    subject.begin_anew()


REMOVED = Scenario(
    name="wal-removed",
    cause="the server removes WAL that its slot still needs",
    stack="d",
    truth=refused("PG_WAL_REMOVED", "PG_SLOT_MISSING"),
    break_it=remove,
    mend=give_up_the_position,
    alone=True,
    remark="Debezium 2.7 says RUNNING and tries 900 times",
)
SCENARIOS = (REMOVED, REMOVED.but(stack="e", remark=""))
