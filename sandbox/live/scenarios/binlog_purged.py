"""The binlog in which a connector has to read on is purged while it is stopped."""

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def purge(subject: Subject) -> None:
    with subject.stopped():
        for _ in range(2):
            subject.write()
            subject.sql("FLUSH BINARY LOGS")
        newest = subject.sql("SHOW BINARY LOGS").split("\n")[-2].split("\t")[0]
        subject.sql(f"PURGE BINARY LOGS TO '{newest}'")


def snapshot_again(subject: Subject) -> None:
    subject.reconfigure(snapshot__mode="when_needed")
    subject.restart()


PURGED = Scenario(
    name="binlog-purged",
    cause="the binlog in which it has to read on is purged",
    stack="a",
    truth=refused("MYSQL_BINLOG_POSITION_LOST"),
    break_it=purge,
    mend=snapshot_again,
    alone=True,
    often=True,
)
SCENARIOS = (
    PURGED,
    PURGED.but(stack="b", remark="Debezium 2.7 says RUNNING and retries for ever", often=False),
    PURGED.but(
        stack="c",
        truth=refused("MYSQL_BINLOG_POSITION_LOST", "MYSQL_GTID_PURGED"),
        mend=Subject.begin_anew,
        often=False,
    ),
)
