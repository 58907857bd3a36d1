"""Every replication slot of the server is in use when a connector is made."""

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def use_all(subject: Subject) -> None:
    subject.sql(
        "SELECT pg_create_physical_replication_slot('unused_' || i) FROM generate_series(1, "
        "current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)) AS i"
    )


def give_back(subject: Subject) -> None:
    subject.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'unused_%'")
    subject.restart()


LIMIT = Scenario(
    name="slot-limit",
    cause="all replication slots of the server are in use",
    stack="d",
    truth=refused("PG_SLOT_CREATE_FAILED"),
    settings={"slot.max.retries": "2", "slot.retry.delay.ms": "2000"},
    break_it=use_all,
    mend=give_back,
    born_broken=True,
    alone=True,
)
SCENARIOS = (LIMIT, LIMIT.but(stack="e"))
