"""The file is gone that a configuration takes its password from; it shows at the next restart."""

from contextlib import suppress
from pathlib import Path

from sandbox.live.databases import PASSWORD
from sandbox.live.scenario import On, Scenario, refused
from sandbox.live.subject import Subject
from sandbox.live.worker import Refused


def keep_password_in_a_file(subject: Subject) -> None:
    _file(subject).write_text(f"password={PASSWORD}\n")
    subject.configuration["database.password"] = f"${{file:{_file(subject)}:password}}"


def lose_the_file(subject: Subject) -> None:
    _file(subject).unlink()
    with suppress(Refused):  # the connector is stopped, and REST says that it cannot be started
        subject.restart()


def bring_it_back(subject: Subject) -> None:
    _file(subject).write_text(f"password={PASSWORD}\n")
    subject.restart()


def _file(subject: Subject) -> Path:
    return subject.stack.laboratory.folder / f"{subject.database}.properties"


GONE = Scenario(
    name="config-provider-gone",
    cause="the file is gone that a config provider reads its password from",
    stack="d",
    truth=refused("CONNECT_CONFIG_PROVIDER"),
    prepare=keep_password_in_a_file,
    break_it=lose_the_file,
    mend=bring_it_back,
    on=On.CLUSTER,
    often=True,
    remark="it says UNASSIGNED and never FAILED",
)
SCENARIOS = (GONE,)
