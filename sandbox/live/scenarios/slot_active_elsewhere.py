"""Somebody else holds the replication slot when a connector wants to stream again."""

from connectops.model import Verdict
from sandbox.live.databases import PASSWORD, program
from sandbox.live.scenario import Course, Scenario, Truth
from sandbox.live.subject import Subject


def take(subject: Subject) -> None:
    database = subject.stack.database
    where = ["-h", "127.0.0.1", "-p", str(database.port), "-U", "postgres", "-d", subject.database]
    how = ["-S", subject.named("slot_$db"), "--start", "-f", "/dev/null", "-o", "proto_version=1"]
    publication = ["-o", subject.named("publication_names=publication_$db")]
    with subject.stopped():
        subject.in_the_way.append(
            subject.stack.laboratory.start(
                "pg_recvlogical",
                [program("pg_recvlogical"), *where, *how, *publication],
                subject.stack.laboratory.folder / "pg_recvlogical.log",
                environment={"PGPASSWORD": PASSWORD},
            )
        )
        subject.await_slot(active=True)


TAKEN = Scenario(
    name="slot-active-elsewhere",
    cause="another client holds its replication slot for 40 s",
    stack="d",
    truth=Truth(
        courses=(Course.HEALED, Course.QUIET, Course.RESTARTED),
        verdicts=(Verdict.RESTART_WITH_BACKOFF, Verdict.IGNORE),
        classes=("PG_SLOT_ACTIVE",),
        restarts=(0, 7),
    ),
    settings={"slot.max.retries": "3", "slot.retry.delay.ms": "3000"},
    break_it=take,
    mend=Subject.release,
    outage=40,
    remark="a restart is neither needed nor harmful",
)
SCENARIOS = (TAKEN, TAKEN.but(stack="e"))
