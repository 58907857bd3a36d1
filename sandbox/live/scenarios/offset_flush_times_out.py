"""The broker hangs for a while: offsets cannot be flushed in time."""

import os
import signal
import time

from connectops.model import Verdict
from sandbox.live.scenario import Scenario, Truth, healed, refused
from sandbox.live.subject import Subject


def hang(subject: Subject) -> None:
    broker = subject.stack.broker.process.pid
    os.kill(broker, signal.SIGSTOP)
    time.sleep(25)
    os.kill(broker, signal.SIGCONT)


def end_its_session(subject: Subject) -> None:
    """What holds the slot is a task that its worker could not stop; another restart does not stop it either."""
    subject.sql("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'slot_$db'")


LEAKED = Truth(courses=refused().courses, verdicts=(Verdict.RESTART_WITH_BACKOFF,), classes=("PG_SLOT_ACTIVE",))
LEAKED_REMARK = "Debezium 3.2 says RUNNING for ever while a task that could not be stopped holds its slot"
HANGS = Scenario(
    name="offset-flush-times-out",
    cause="the broker hangs for 25 s and offsets cannot be flushed",
    stack="d",
    truth=healed("CONNECT_OFFSET_FLUSH_TIMEOUT", "KAFKA_UNREACHABLE", "NOISE_METADATA_TRANSIENT"),
    break_it=hang,
    watch=60,
    alone=True,
)
SCENARIOS = (HANGS, HANGS.but(stack="e", truth=LEAKED, mend=end_its_session, watch=0, remark=LEAKED_REMARK))
