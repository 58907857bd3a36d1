"""The topic of the schema history is deleted while a connector is stopped."""

from sandbox.live import topics
from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def delete(subject: Subject) -> None:
    with subject.stopped():
        topics.delete(subject.stack.broker.address, [f"{subject.database}.history"])


def recover(subject: Subject) -> None:
    """A person who knows that no table has changed meanwhile lets it read the schema anew."""
    old = subject.stack.recipe.debezium.startswith("1.")
    subject.reconfigure(snapshot__mode="schema_only_recovery" if old else "recovery")
    subject.restart()


DELETED = Scenario(
    name="schema-history-deleted",
    cause="the topic of its schema history is deleted while it is stopped",
    stack="a",
    truth=refused("SCHEMA_HISTORY_MISSING"),
    break_it=delete,
    mend=recover,
)
SCENARIOS = (DELETED, DELETED.but(stack="b"), DELETED.but(stack="c"))
