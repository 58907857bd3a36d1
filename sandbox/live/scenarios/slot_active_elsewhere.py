"""Somebody else holds the replication slot when a connector wants to stream again."""

from sandbox.live.databases import PASSWORD, program
from sandbox.live.laboratory import Process
from sandbox.live.scenario import Course, Rows, Scenario, Truth, healed
from sandbox.live.subject import Subject


class Reader:
    """Another client of the slot; it ends without a farewell, which would confirm what it has read."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def stop(self) -> None:
        self._process.kill()


def hold(subject: Subject) -> None:
    """It confirms nothing for as long as the server does not ask, which is half of wal_sender_timeout: 30 s."""
    _read(subject, "--status-interval=0", "--fsync-interval=0")


def read(subject: Subject) -> None:
    _read(subject, "--status-interval=1", "--fsync-interval=1")


def _read(subject: Subject, *how: str) -> None:
    where = ["-h", "127.0.0.1", "-p", str(subject.stack.database.port), "-U", "postgres", "-d", subject.database]
    slot = ["-S", subject.named("slot_$db"), "--start", "-f", "/dev/null", "-o", "proto_version=1"]
    publication = ["-o", subject.named("publication_names=publication_$db")]
    laboratory = subject.stack.laboratory
    with subject.stopped():
        reader = laboratory.start(
            "pg_recvlogical",
            [program("pg_recvlogical"), *where, *slot, *publication, *how],
            laboratory.folder / "pg_recvlogical.log",
            environment={"PGPASSWORD": PASSWORD},
        )
        subject.in_the_way.append(Reader(reader))
        subject.await_slot(active=True)


_ONE_RESTART_DOES_NO_HARM = (Course.HEALED, Course.QUIET, Course.RESTARTED)

HELD = Scenario(
    name="slot-active-elsewhere",
    cause="another client holds its replication slot for 25 s",
    stack="d",
    truth=Truth(
        courses=_ONE_RESTART_DOES_NO_HARM,
        verdicts=healed().verdicts,
        classes=("PG_SLOT_ACTIVE",),
        restarts=(0, 7),
    ),
    settings={"slot.max.retries": "3", "slot.retry.delay.ms": "3000"},
    break_it=hold,
    mend=Subject.release,
    outage=25,
    remark="a restart is neither needed nor harmful",
)
READ = HELD.but(
    name="slot-read-elsewhere",
    cause="another client reads from its replication slot for 40 s",
    truth=Truth(
        courses=_ONE_RESTART_DOES_NO_HARM,
        verdicts=healed().verdicts,
        classes=("PG_SLOT_ACTIVE",),
        restarts=(0, 7),
        rows=Rows.LOST_UNSEEN,
    ),
    break_it=read,
    outage=40,
    remark="what the other client confirms is gone for the connector, and no line says so",
)
SCENARIOS = (HELD, HELD.but(stack="e"), READ)
