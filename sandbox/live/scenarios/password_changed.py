"""Somebody changes the password of the connector's user and ends its connections."""

from sandbox.live.databases import PASSWORD
from sandbox.live.scenario import Scenario, found_out, refused
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
    truth=found_out("MYSQL_AUTH_FAILED"),
    settings={"connect.keep.alive.interval.ms": "12000"},
    often=False,
    remark="a silent stop, until one restart shows the cause",
)
SCENARIOS = (POSTGRES, POSTGRES.but(stack="e", often=False), MYSQL, MYSQL.but(stack="b"), MYSQL.but(stack="c"))
