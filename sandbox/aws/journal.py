"""What happened in the sandbox: calls, invocations, mails. The truth that tests and the demo check against."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import deque
from dataclasses import replace
from typing import Any

from sandbox.records import Call, Invocation, Mail

KEPT = 100_000
LONGEST_PARAMETERS = 65_536


class Journal:
    """Bounded and safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.calls: deque[Call] = deque(maxlen=KEPT)
        self.invocations: deque[Invocation] = deque(maxlen=KEPT)
        self.mails: deque[Mail] = deque(maxlen=KEPT)

    def call(self, call: Call) -> None:
        with self._lock:
            self.calls.append(replace(call, number=next(self._numbers), parameters=bounded(call.parameters)))

    def invocation(self, invocation: Invocation) -> None:
        with self._lock:
            self.invocations.append(replace(invocation, number=next(self._numbers)))

    def mail(self, to: str, topic_arn: str, subject: str, body: str, attributes: dict[str, str]) -> None:
        with self._lock:
            self.mails.append(Mail(next(self._numbers), time.time(), to, topic_arn, subject, body, attributes))

    def snapshot(self, kind: str, since: int) -> list[Call | Invocation | Mail]:
        """`kind` is calls, invocations or mails; entries with a number above `since`."""
        with self._lock:
            newest_first = itertools.takewhile(lambda entry: entry.number > since, reversed(getattr(self, kind)))
            return list(newest_first)[::-1]


def bounded(parameters: dict[str, Any]) -> dict[str, Any]:
    """JSON types only; the huge ones (log events, code) are replaced by their size."""
    text = json.dumps(parameters, default=str)
    if len(text) > LONGEST_PARAMETERS:
        return {"too_long_for_the_journal": len(text)}
    return json.loads(text)  # type: ignore[no-any-return]
