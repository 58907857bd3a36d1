"""The broker hangs for a while: offsets cannot be flushed in time."""

import os
import signal
import time

from sandbox.live.scenario import Scenario, healed
from sandbox.live.subject import Subject


def hang(subject: Subject) -> None:
    broker = subject.stack.broker.process.pid
    os.kill(broker, signal.SIGSTOP)
    time.sleep(25)
    os.kill(broker, signal.SIGCONT)


HANGS = Scenario(
    name="offset-flush-times-out",
    cause="the broker hangs for 25 s and offsets cannot be flushed",
    stack="d",
    truth=healed("CONNECT_OFFSET_FLUSH_TIMEOUT", "KAFKA_UNREACHABLE", "NOISE_METADATA_TRANSIENT"),
    break_it=hang,
    watch=60,
    alone=True,
)
SCENARIOS = (HANGS, HANGS.but(stack="e"))
