"""A stand-in for Slack's incoming webhooks: keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from sandbox.stand_in import Answer, Request, StandIn


@dataclass(frozen=True, slots=True)
class Posted:
    """One message that the webhook took; `at` is in seconds since the epoch."""

    at: float
    path: str
    payload: dict[str, Any]


class SlackWebhook(StandIn):
    """`messages` are those that were answered with 200; `tries` counts every request.

    Source of the answers: "Sending messages using incoming webhooks" and "Rate limits" at docs.slack.dev.
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.messages: list[Posted] = []
        self.tries = 0
        self._next: deque[Answer] = deque()
        self._lock = threading.Lock()

    @property
    def webhook(self) -> str:
        """A webhook URL."""
        return f"{self.url}/services/T00000000/B00000000/sandboxsandboxsandbox"

    def refuse(self, status: int, text: str, times: int = 1) -> None:
        """Such as 404 `no_service` (the webhook is gone), 400 `invalid_blocks`, 500 `rollup_error`."""
        self._queue(Answer(status, text.encode(), "text/plain"), times)

    def limit(self, retry_after: int, times: int = 1) -> None:
        """429 with Retry-After, in seconds."""
        self._queue(Answer(429, b"rate_limited", "text/plain", {"Retry-After": str(retry_after)}), times)

    def stay_silent(self, seconds: float, times: int = 1) -> None:
        """No answer at all; the connection is closed after so many seconds."""
        self._queue(Answer(0, after=seconds), times)

    def answer(self, request: Request) -> Answer:
        with self._lock:
            self.tries += 1
            if self._next:
                return self._next.popleft()
            try:
                payload = json.loads(request.body)
            except ValueError:
                return Answer(400, b"invalid_payload", "text/plain")
            if not isinstance(payload, dict) or not (payload.get("text") or payload.get("blocks")):
                return Answer(400, b"no_text", "text/plain")
            self.messages.append(Posted(time.time(), request.target, payload))
            return Answer(200, b"ok", "text/plain")

    def _queue(self, answer: Answer, times: int) -> None:
        with self._lock:
            self._next.extend([answer] * times)
