"""The broker hangs for a while: offsets cannot be flushed in time."""

import os
import signal
import time
from typing import Any

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


def leaving_a_task(scenario: Scenario, **more: Any) -> Scenario:
    """On a Debezium that cannot always stop the task: it goes by, or the old task holds the slot until it is ended."""
    return scenario.but(
        stack="e",
        truth=Truth(
            courses=(*refused().courses, *healed().courses),
            verdicts=(Verdict.RESTART_WITH_BACKOFF, Verdict.IGNORE),
            classes=("PG_SLOT_ACTIVE", "KAFKA_UNREACHABLE"),
        ),
        mend=end_its_session,
        mended_if_told=True,
        watch=330,
        remark="Debezium 3.2 cannot always stop the task: then it says RUNNING for ever while the old task holds the"
        " slot",
        **more,
    )


HANGS = Scenario(
    name="offset-flush-times-out",
    cause="the broker hangs for 25 s and offsets cannot be flushed",
    stack="d",
    truth=healed("CONNECT_OFFSET_FLUSH_TIMEOUT", "KAFKA_UNREACHABLE", "NOISE_METADATA_TRANSIENT"),
    break_it=hang,
    watch=60,
    alone=True,
)
SCENARIOS = (HANGS, leaving_a_task(HANGS))
