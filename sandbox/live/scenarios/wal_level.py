"""The server comes back with a wal_level that allows no logical replication."""

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def lower(subject: Subject) -> None:
    _restart(subject, ("-c", "wal_level=replica"))


def raise_again(subject: Subject) -> None:
    _restart(subject, ())
    subject.restart()


def _restart(subject: Subject, options: tuple[str, ...]) -> None:
    database = subject.stack.database
    database.stop()
    database.options = options
    database.start()


LEVEL = Scenario(
    name="wal-level",
    cause="the server runs with wal_level=replica",
    stack="d",
    truth=refused("PG_WAL_LEVEL", "PG_SLOT_CREATE_FAILED"),
    break_it=lower,
    mend=raise_again,
    born_broken=True,
    alone=True,
)
SCENARIOS = (LEVEL, LEVEL.but(stack="e"))
