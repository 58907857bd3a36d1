"""All execution environments: warm ones are reused, more are started up to a bound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from sandbox.aws.lambdas.environment import Environment
from sandbox.aws.lambdas.spec import FunctionSpec, RunResult, Throttled

MOST_AT_ONCE = 4
"""Environments of one function. Lambda starts more; a developer's machine has few cores."""

type Tell = Callable[[int, Literal["+", "-"]], None]


class Pool:
    """`reaper` is told of every process group that begins (+) or ends (-)."""

    def __init__(self, python: Path, endpoint: str, state_dir: Path, reaper: Tell = lambda *_: None) -> None:
        self._python, self._endpoint, self._state_dir, self._reaper = python, endpoint, state_dir, reaper
        self._changed = threading.Condition()
        self._idle: dict[str, list[Environment]] = {}
        self._busy: dict[str, list[Environment]] = {}
        self._running: dict[str, int] = {}
        self._function_of: dict[str, str] = {}
        self._closed = False

    def function_of(self, access_key: str) -> str | None:
        """The name of the function whose environment has this access key."""
        return self._function_of.get(access_key)

    def run(self, spec: FunctionSpec, payload: bytes) -> RunResult:
        """Raises Throttled beyond the reserved concurrency; waits for an environment beyond the sandbox's own bound."""
        self._enter(spec)
        try:
            environment = self._take(spec)
            try:
                return environment.run(payload)
            finally:
                self._give_back(environment)
        finally:
            self._leave(spec)

    def free(self, spec: FunctionSpec) -> int:
        """How many more invocations of this function could run at once now."""
        with self._changed:
            return _bound(spec) - self._running.get(spec.arn, 0)

    def kill(self, access_key: str) -> None:
        """End the environment with this access key; it dies in the middle of whatever it does."""
        with self._changed:
            found = [e for some in (*self._busy.values(), *self._idle.values()) for e in some]
        for environment in found:
            if environment.access_key == access_key:
                environment.kill()

    def forget(self, arn: str) -> None:
        """End the idle environments of a function: its code or configuration has changed, or it was deleted."""
        with self._changed:
            gone = [e for some in self._idle.values() for e in some if e.spec.arn == arn]
            for some in self._idle.values():
                some[:] = [environment for environment in some if environment.spec.arn != arn]
        for environment in gone:
            self._end(environment)

    def shutdown(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            found = [e for some in (*self._busy.values(), *self._idle.values()) for e in some]
        for environment in found:
            self._end(environment)

    def _enter(self, spec: FunctionSpec) -> None:
        with self._changed:
            if spec.concurrency is not None and self._running.get(spec.arn, 0) >= spec.concurrency:
                raise Throttled(f"{spec.name} runs {spec.concurrency} times already")
            self._changed.wait_for(lambda: self._running.get(spec.arn, 0) < MOST_AT_ONCE or self._closed)
            if self._closed:
                raise Throttled("the sandbox is ending")
            self._running[spec.arn] = self._running.get(spec.arn, 0) + 1

    def _leave(self, spec: FunctionSpec) -> None:
        with self._changed:
            self._running[spec.arn] -= 1
            self._changed.notify_all()

    def _take(self, spec: FunctionSpec) -> Environment:
        with self._changed:
            idle = self._idle.setdefault(spec.key, [])
            while idle:
                environment = idle.pop()
                if environment.alive:
                    self._busy.setdefault(spec.key, []).append(environment)
                    return environment
        environment = Environment(spec, self._python, self._endpoint, self._state_dir)
        self._reaper(environment.group, "+")
        with self._changed:
            self._function_of[environment.access_key] = spec.name
            self._busy.setdefault(spec.key, []).append(environment)
        return environment

    def _give_back(self, environment: Environment) -> None:
        with self._changed:
            self._busy[environment.spec.key].remove(environment)
            if environment.alive and not self._closed:
                self._idle.setdefault(environment.spec.key, []).append(environment)
                return
        self._end(environment)

    def _end(self, environment: Environment) -> None:
        environment.kill()
        self._reaper(environment.group, "-")


def _bound(spec: FunctionSpec) -> int:
    return MOST_AT_ONCE if spec.concurrency is None else min(MOST_AT_ONCE, spec.concurrency)
