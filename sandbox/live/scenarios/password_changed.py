"""Somebody changes the password of the connector's user and ends its connections."""

from connectops.model import Verdict
from sandbox.live.databases import PASSWORD
from sandbox.live.scenario import Course, Scenario, Truth, found_out, refused
from sandbox.live.subject import Subject


def change(subject: Subject) -> None:
    _set(subject, "another")
    subject.disconnect()


def change_back(subject: Subject) -> None:
    _set(subject, PASSWORD)
    subject.restart()


def _set(subject: Subject, password: str) -> None:
    if subject.on_postgres:
        subject.sql(f"ALTER ROLE $user PASSWORD '{password}'")
    else:
        subject.sql(f"SET PASSWORD FOR '$user'@'%' = PASSWORD('{password}')")


POSTGRES = Scenario(
    name="password-changed",
    cause="the password of its database user is changed and its connections are ended",
    stack="d",
    truth=refused("PG_PERMISSION"),
    break_it=change,
    mend=change_back,
    often=True,
)
MYSQL = POSTGRES.but(
    stack="a",
    truth=Truth(
        courses=(*found_out().courses, Course.TRYING),
        verdicts=(Verdict.DO_NOT_RESTART, Verdict.RESTART_WITH_BACKOFF),
        classes=("MYSQL_AUTH_FAILED", "MYSQL_CONN_LOST"),
        restarts=(0, 1),
    ),
    settings={"connect.keep.alive.interval.ms": "12000"},
    often=False,
    remark="its client tries again for ever and does not say why it cannot connect",
)
SCENARIOS = (POSTGRES, POSTGRES.but(stack="e", often=False), MYSQL, MYSQL.but(stack="b"), MYSQL.but(stack="c"))
