"""The samples with their labels: recordings of real workers, and incidents cited from public sources."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cli.diagnose import read
from connectops.decide.diagnosis import Reading
from connectops.model import Verdict
from connectops.observe.worker_logs_text import read_text

SAMPLES = Path(__file__).parents[1] / "samples"
STRICTEST_FIRST = (Verdict.DO_NOT_RESTART, Verdict.RESTART_WITH_BACKOFF, Verdict.RESTART_NOW, Verdict.IGNORE)


@dataclass(frozen=True)
class Labelled:
    """Lines and what they mean. `classes` empty: nothing failed. `near` names a class that the lines only resemble."""

    id: str
    text: str = field(repr=False)
    classes: tuple[str | None, ...]
    verdicts: tuple[str, ...]
    connector: str | None = None
    near: str = ""

    def reading(self, text: str | None = None) -> Reading:
        return read(read_text((self.text if text is None else text).encode()))


@cache
def cited() -> tuple[Labelled, ...]:
    """`=== id | class | verdicts | source [| near CLASS]`, then the lines. NONE: nothing failed."""
    found = []
    for file in sorted((SAMPLES / "cited").glob("*.txt")):
        for block in re.split(r"^=== ", file.read_text(), flags=re.MULTILINE)[1:]:
            head, _, lines = block.partition("\n")
            name, failure_class, verdicts, _source, *rest = [part.strip() for part in head.split(" | ")]
            classes = () if failure_class == "NONE" else (failure_class,)
            near = rest[0].removeprefix("near ") if rest else ""
            found.append(Labelled(name, lines, classes, tuple(verdicts.split(",")), near=near))
    return tuple(found)


@cache
def recorded() -> tuple[Labelled, ...]:
    """The recordings whose cause is in their log."""
    found = []
    for file in sorted((SAMPLES / "recorded").glob("*/scenario.json")):
        label = json.loads(file.read_text())
        if label["visible_in"] != "log":
            continue
        text = gzip.decompress((file.parent / "worker.log.gz").read_bytes()).decode("utf-8", "replace")
        classes = (label["class"], *label["acceptable_classes"])
        verdicts = (label["verdict"], *label["acceptable_verdicts"])
        found.append(Labelled(label["id"], text, classes, verdicts, label["connector"]))
    return tuple(found)


def as_msk_connect(text: str) -> str:
    """The same lines as `aws logs filter-log-events` shows them: worker prefix, one event a line, times cut to seconds."""
    events, second = [], 1_790_000_000_000
    for index, line in enumerate(text.splitlines()):
        if found := re.match(r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", line):
            second = int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp()) * 1000
        event = {"logStreamName": "s", "timestamp": second, "message": f"[Worker-0bb8afa0b01391c41] {line}"}
        events.append(event | {"eventId": f"{index:056d}"})
    return json.dumps({"events": events})


def subscription_event(lines: list[str]) -> dict[str, dict[str, str]]:
    """Lines as a CloudWatch Logs subscription delivers them."""
    document = {
        "messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g", "logStream": "s", "subscriptionFilters": ["f"],
        "logEvents": [{"id": str(n), "timestamp": 1_790_000_000_000, "message": line} for n, line in enumerate(lines)],
    }  # fmt: skip
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()}}
