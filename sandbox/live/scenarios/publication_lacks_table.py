"""The publication holds another table than the one that is written to."""

from sandbox.live.scenario import Rows, Scenario, quiet
from sandbox.live.subject import Subject


def publish_both(subject: Subject) -> None:
    subject.sql("CREATE TABLE other (id INT PRIMARY KEY)")
    subject.sql("CREATE PUBLICATION publication_$db FOR TABLE t, other")


def leave_out(subject: Subject) -> None:
    subject.sql("ALTER PUBLICATION publication_$db DROP TABLE t")


LACKS = Scenario(
    name="publication-lacks-table",
    cause="its publication does not hold the table",
    stack="d",
    truth=quiet(rows=Rows.LOST_UNSEEN),
    settings={"publication.autocreate.mode": "disabled"},
    prepare=publish_both,
    break_it=leave_out,
    watch=60,
    remark="no line, no state and no count shows it; compare publication and table.include.list",
)
SCENARIOS = (LACKS, LACKS.but(stack="e"))
