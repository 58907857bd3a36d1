"""The database is restarted while a connector streams."""

import time

from sandbox.live.scenario import Scenario, cured, healed
from sandbox.live.subject import Subject


def restart(subject: Subject) -> None:
    subject.stack.database.stop()
    time.sleep(3)
    subject.stack.database.start()


SILENT = Scenario(
    name="database-restarted",
    cause="the database is restarted",
    stack="a",
    truth=cured("MYSQL_CONN_LOST"),
    break_it=restart,
    alone=True,
    remark="one INFO line, then RUNNING and silence",
)
HEALS = SILENT.but(stack="d", truth=healed("PG_CONN_LOST", "NOISE_RETRIABLE_HANDLED"), remark="", watch=30)
SCENARIOS = (
    SILENT,
    SILENT.but(stack="c"),
    HEALS.but(stack="b", truth=healed("MYSQL_CONN_LOST", "NOISE_RETRIABLE_HANDLED"), remark="back before its retry"),
    HEALS,
    HEALS.but(stack="e"),
)
