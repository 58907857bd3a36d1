"""Somebody else holds the replication slot when a connector wants to stream again."""

import os
import signal

from sandbox.live.databases import PASSWORD, program
from sandbox.live.laboratory import Process
from sandbox.live.scenario import Course, Rows, Scenario, Truth, healed
from sandbox.live.subject import Subject


class Reader:
    """Another client of the slot; it ends without a farewell, which would confirm what it has read."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def freeze(self) -> None:
        """It keeps the slot, until wal_sender_timeout (60 s), and confirms nothing any more."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def stop(self) -> None:
        self._process.kill()


def hold(subject: Subject) -> None:
    with subject.stopped():
        _reader(subject).freeze()
        subject.write()
    subject.write()


def read(subject: Subject) -> None:
    with subject.stopped():
        _reader(subject)


def give_back(subject: Subject) -> None:
    subject.release()
    subject.write()


def _reader(subject: Subject) -> Reader:
    where = ["-h", "127.0.0.1", "-p", str(subject.stack.database.port), "-U", "postgres", "-d", subject.database]
    slot = ["-S", subject.named("slot_$db"), "--start", "-f", "/dev/null", "-o", "proto_version=1"]
    publication = ["-o", subject.named("publication_names=publication_$db")]
    laboratory = subject.stack.laboratory
    process = laboratory.start(
        "pg_recvlogical",
        [program("pg_recvlogical"), *where, *slot, *publication, "--status-interval=1", "--fsync-interval=1"],
        laboratory.folder / "pg_recvlogical.log",
        environment={"PGPASSWORD": PASSWORD},
    )
    reader = Reader(process)
    subject.in_the_way.append(reader)
    subject.await_slot(active=True)
    return reader


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
    mend=give_back,
    outage=25,
    writes=False,
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
    mend=Subject.release,
    outage=40,
    writes=True,
    remark="what the other client confirms is gone for the connector, and no line says so",
)
SCENARIOS = (HELD, HELD.but(stack="e"), READ)
