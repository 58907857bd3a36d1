"""A log group as FilterLogEvents shows it: pages, lines that arrive late, refusals."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from connectops.observe.worker_logs_around import LogSurroundings

Event = dict[str, Any]


def subscription(events: Sequence[Event]) -> dict[str, Any]:
    """Events as a subscription delivers them."""
    document = {
        "messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/msk/connect/shop",
        "logStream": "shop-connect-1", "subscriptionFilters": ["all"], "logEvents": list(events),
    }  # fmt: skip
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()}}


@dataclass
class LogGroup:
    """The events of one stream, as a subscription delivers them (`id`, `timestamp`, `message`).

    `late` says how many of the last ones are not there before somebody has waited.
    """

    events: Sequence[Event] = ()
    late: int = 0
    a_page: int = 10_000
    refusal: str | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def around(self) -> LogSurroundings:
        return LogSurroundings(self, timedelta(seconds=2), self.waited.append)  # type: ignore[arg-type]  # a session

    def client(self, service: str, **_: object) -> LogGroup:
        """What a boto3 session is asked for."""
        assert service == "logs"
        return self

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        if self.refusal:
            answer = {"Error": {"Code": self.refusal}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(answer, "FilterLogEvents")  # type: ignore[arg-type]
        there = self.events if self.waited else self.events[: len(self.events) - self.late]
        words = re.findall(r'\??"([^"]*)"', asked.get("filterPattern", "")) or [""]
        found = [
            each
            for each in there
            if asked["startTime"] <= each["timestamp"] <= asked["endTime"]
            and any(word in each["message"] for word in words)
        ]
        begin = int(asked.get("nextToken", 0))
        page = [
            {"eventId": each["id"], "timestamp": each["timestamp"], "message": each["message"]}
            for each in found[begin : begin + self.a_page]
        ]
        rest = {"nextToken": str(begin + self.a_page)} if begin + self.a_page < len(found) else {}
        return {"events": page, **rest}
