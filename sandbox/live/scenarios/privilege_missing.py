"""The connector's user lacks a privilege from the start."""

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def revoke(subject: Subject) -> None:
    if subject.on_postgres:
        subject.sql("ALTER ROLE $user NOSUPERUSER NOREPLICATION; GRANT ALL ON SCHEMA public TO $user")
        subject.sql("ALTER TABLE t OWNER TO $user; ALTER DATABASE $db OWNER TO $user")
        return
    subject.sql("REVOKE ALL PRIVILEGES, GRANT OPTION FROM '$user'@'%'")
    subject.sql("GRANT SELECT, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO '$user'@'%'")


def grant(subject: Subject) -> None:
    if subject.on_postgres:
        subject.sql("ALTER ROLE $user REPLICATION")
    else:
        subject.sql("GRANT RELOAD, LOCK TABLES ON *.* TO '$user'@'%'")
    subject.restart()


MISSING = Scenario(
    name="privilege-missing",
    cause="its user may not lock tables for the snapshot",
    stack="a",
    truth=refused("MYSQL_PRIVILEGES_MISSING"),
    break_it=revoke,
    mend=grant,
    born_broken=True,
)
SCENARIOS = (
    MISSING,
    MISSING.but(stack="c"),
    MISSING.but(stack="d", cause="its user lacks REPLICATION", truth=refused("PG_PERMISSION", "PG_SLOT_CREATE_FAILED")),
)
