"""Somebody runs a DDL statement that Debezium's parser cannot read."""

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject

BY_STACK = {
    "a": "CREATE TABLE odd (id UUID PRIMARY KEY, n INT)",
    "b": "CREATE TABLE odd (a NATIONAL VARCHAR(10), b LONG VARCHAR, c CHAR BYTE, d REAL, e FIXED(5,2))",
    "c": "CREATE TABLE odd (id INT PRIMARY KEY, a INET6)",
}
"""Each parser has gaps of its own."""


def run(subject: Subject) -> None:
    version = subject.stack.recipe.debezium
    letter = next(letter for letter, start in (("a", "1."), ("b", "2."), ("c", "3.")) if version.startswith(start))
    subject.sql(BY_STACK[letter])


def skip(subject: Subject) -> None:
    old = subject.stack.recipe.debezium.startswith("1.")
    name = "database.history" if old else "schema.history.internal"
    subject.reconfigure(**{f"{name}.skip.unparseable.ddl": "true"})
    subject.restart()


UNPARSEABLE = Scenario(
    name="ddl-unparseable",
    cause="a DDL statement that its parser cannot read",
    stack="a",
    truth=refused("DDL_PARSE_FAILURE"),
    break_it=run,
    mend=skip,
    alone=True,
)
SCENARIOS = (UNPARSEABLE, UNPARSEABLE.but(stack="b"), UNPARSEABLE.but(stack="c"))
