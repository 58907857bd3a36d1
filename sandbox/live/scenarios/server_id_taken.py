"""A replica that is no connector reads the binlog with the server id of one."""

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def take(subject: Subject) -> None:
    where = ["-uroot", "-h127.0.0.1", f"-P{subject.stack.database.port}", "--skip-ssl"]
    number = subject.configuration["database.server.id"]
    how = ["--read-from-remote-server", "--stop-never", f"--stop-never-slave-server-id={number}"]
    begin = subject.sql("SHOW BINARY LOGS").split("\t")[0]
    subject.in_the_way.append(
        subject.stack.laboratory.start(
            "mariadb-binlog",
            ["mariadb-binlog", "--no-defaults", *where, *how, begin],
            subject.stack.laboratory.folder / "mariadb-binlog.log",
        )
    )


def give_back(subject: Subject) -> None:
    subject.release()
    subject.restart()


TAKEN = Scenario(
    name="server-id-taken",
    cause="a replica takes its server id",
    stack="a",
    truth=refused("MYSQL_SERVER_ID_CONFLICT"),
    break_it=take,
    mend=give_back,
    remark="a restart would throw the replica out",
)
SCENARIOS = (TAKEN, TAKEN.but(stack="c"))
