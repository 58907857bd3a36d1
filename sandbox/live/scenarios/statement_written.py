"""A session writes in STATEMENT format into a table that is captured."""

from sandbox.live.scenario import Rows, Scenario, quiet, refused
from sandbox.live.subject import Subject


def write(subject: Subject) -> None:
    subject.write(before="SET SESSION binlog_format = 'STATEMENT'; ")


def skip(subject: Subject) -> None:
    subject.reconfigure(event__processing__failure__handling__mode="warn")
    subject.restart()


DIES = Scenario(
    name="statement-written",
    cause="a session writes in STATEMENT format",
    stack="a",
    truth=refused("MYSQL_BINLOG_FORMAT", rows=Rows.LOST),
    break_it=write,
    mend=skip,
    alone=True,
)
SCENARIOS = (
    DIES,
    DIES.but(
        stack="c",
        truth=quiet(rows=Rows.LOST_UNSEEN),
        mend=None,
        watch=45,
        remark="Debezium 3.2 passes over it without a line",
    ),
)
