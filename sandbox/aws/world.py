"""Everything the plug-ins share. moto's state is global to its process, and so is this."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.aws.clock import Clock
from sandbox.aws.faults import Faults
from sandbox.aws.journal import Journal

if TYPE_CHECKING:
    from sandbox.aws.lambdas.pool import Pool

ACCOUNT = "123456789012"
"""moto's default account."""


@dataclass(slots=True)
class Switches:
    """What a test or the demo may turn while the server runs. Durations are real seconds."""

    duplicate_sqs: bool = False
    """Deliver each SQS message to its function twice."""
    duplicate_sns: bool = False
    """Deliver each notification to each subscriber twice."""
    operation_seconds: float = 1.0
    """How long creating, updating, restarting, pausing and resuming a connector takes without real workers."""
    log_lines_a_second: int | None = None
    """What MSK Connect delivers of one worker's log at most; the rest is dropped. Real workers only."""
    worker_heap_mb: int = 512
    """Of workers that are started from now on. Real workers only."""


@dataclass(slots=True)
class World:
    """`endpoint` is the URL of the server, `state_dir` what it may write to."""

    endpoint: str
    clock: Clock
    state_dir: Path
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    switches: Switches = field(default_factory=Switches)
    stopping: threading.Event = field(default_factory=threading.Event)
    pool: Pool | None = None

    @property
    def functions(self) -> Pool:
        if self.pool is None:
            raise RuntimeError("the sandbox was started without a pool of Lambda environments")
        return self.pool
