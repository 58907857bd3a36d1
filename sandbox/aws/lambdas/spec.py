"""What the sandbox has to know of a function to run it, and what a run gives."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class FunctionSpec:
    """One configuration of one function. `timeout` is in seconds, `memory` in MB; `layers` and `code` are zips."""

    name: str
    arn: str
    version: str
    handler: str
    runtime: str
    timeout: int
    memory: int
    region: str
    code: bytes = field(repr=False)
    layers: tuple[bytes, ...] = field(default=(), repr=False)
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    concurrency: int | None = None
    """ReservedConcurrentExecutions: more at once is throttled."""

    @cached_property
    def key(self) -> str:
        """The same for specs whose environments are interchangeable. Hashing a layer takes tens of ms: once."""
        digest = hashlib.sha256(self.code)
        for layer in self.layers:
            digest.update(layer)
        settings = [self.arn, self.version, self.handler, self.runtime, self.timeout, self.memory, self.environment]
        digest.update(json.dumps(settings, sort_keys=True).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class RunResult:
    """`error` is None or what Lambda calls the function error ("Unhandled"); `log_lines` are log events."""

    request_id: str
    payload: bytes
    error: str | None
    log_lines: tuple[str, ...]
    log_stream: str
    duration_ms: float
    init_ms: float | None


class Throttled(Exception):
    """The function already runs as often at once as it may."""
