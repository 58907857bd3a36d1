"""How long reading worker logs takes, as a ratio to what cannot be avoided.

The floor is base64 + gzip + json of the same event with the standard library, measured in the same run. Beside ours
stands what most would write first: a loop over the lines with one alternation of words. Run it with `make bench`.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "layers" / "connectops")]

from connectops.decide.diagnosis import diagnose  # noqa: E402  # the layer is not installed everywhere
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER  # noqa: E402
from connectops.observe.worker_logs import stitch_batch  # noqa: E402
from connectops.observe.worker_logs_batch import decode  # noqa: E402

RECORDED = ROOT / "tests" / "samples" / "recorded"
MEGABYTE = 1_000_000
ROUNDS = 25
PREFIX = "[Worker-0bb8afa0b01391c41] "
BASELINE = re.compile(
    r"ERROR|WARN|FATAL|Caused by|Exception|will not recover|Stopped reading binlog|Connected to|restart|records sent"
)

Event = dict[str, dict[str, str]]


def lines_of(sample: str) -> list[str]:
    return gzip.decompress((RECORDED / sample / "worker.log.gz").read_bytes()).decode("utf-8", "replace").splitlines()


def event_of(lines: Iterable[str], size: int = MEGABYTE) -> tuple[Event, int]:
    """A subscription event with so many bytes of messages, as MSK Connect delivers them, and its number of lines."""
    events: list[dict[str, Any]] = []
    length = 0
    for number, line in enumerate(cycle(lines)):
        if length >= size:
            break
        message = PREFIX + line
        length += len(message)
        events.append({"id": f"{number:056d}", "timestamp": 1_790_000_000_000 + number // 9 * 1000, "message": message})
    document = {
        "messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/msk/connect/shop", "logStream": "shop",
        "subscriptionFilters": ["all"], "logEvents": events,
    }  # fmt: skip
    data = base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()
    return {"awslogs": {"data": data}}, len(events)


def payloads() -> dict[str, Iterable[str]]:
    mixed = [line for sample in ("a-binlog-purged", "b-db-restart", "pg-db-down-60s-d", "sink-deadlock-d")
             for line in lines_of(sample)]  # fmt: skip
    traces = [line for line in mixed if line[:1] in ("\t", "C") or "ERROR" in line[:40] or "Exception" in line[:80]]
    traces = [line for line in traces if not line.startswith("\t") or line.startswith(("\tat ", "\t..."))]
    flood = [line for line in lines_of("cn-max-message-bytes-d") if "MESSAGE_TOO_LARGE" in line]
    admin = (
        "INFO [AdminClient clientId=lab-shared-admin] Node 1 disconnected. (org.apache.kafka.clients.NetworkClient:937)"
    )
    return {
        "mixed": mixed,
        "all traces": traces,
        "flood of WARN": flood,
        "flood of INFO": [f"[2026-11-23 01:40:{n // 60 % 60:02d},{n % 1000:03d}] {admin}" for n in range(7_000)],
        "quiet": lines_of("a-noise-worker-restart"),
    }


def floor(event: Event) -> object:
    return json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))


def ours(event: Event) -> object:
    batch = decode(event)
    return batch and diagnose(stitch_batch(batch, PREFILTER, NOISE_LOGGERS), lines=len(batch.events))


def baseline(event: Event) -> object:
    document = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    return [each["message"] for each in document["logEvents"] if BASELINE.search(each["message"])]


def measure(functions: list[Callable[[Event], object]], event: Event, rounds: int = ROUNDS) -> list[float]:
    """Median seconds of the processor for each, taken in turns, so that a busy machine is busy for all of them."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for index, function in enumerate(functions):
            begin = time.process_time()
            function(event)
            times[index].append(time.process_time() - begin)
    return [statistics.median(each) for each in times]


def peak(function: Callable[[Event], object], event: Event) -> int:
    tracemalloc.start()
    function(event)
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def main() -> None:
    print(f"{'payload of 1 MB':<18}{'lines':>7}{'floor ms':>10}{'ours':>7}{'regex loop':>12}")
    for name, lines in payloads().items():
        event, count = event_of(lines)
        low, mine, theirs = measure([floor, ours, baseline], event)
        print(f"{name:<18}{count:>7}{low * 1000:>10.1f}{mine / low:>7.2f}{theirs / low:>12.2f}")
    mixed = list(islice(payloads()["mixed"], 20_000))
    small, large = (event_of(mixed, size)[0] for size in (MEGABYTE // 4, MEGABYTE * 10 // 4))
    one, ten = measure([lambda _: ours(small), lambda _: ours(large)], small, 9)
    print(f"ten times the lines take {ten / one:.1f} times the time")
    for size in (MEGABYTE, 4 * MEGABYTE):
        event = event_of(mixed, size)[0]
        unpacked = len(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        mine, low = peak(ours, event) / unpacked, peak(floor, event) / unpacked
        print(f"memory for {size // MEGABYTE} MB of lines, in sizes of the unpacked event: {mine:.1f}, floor {low:.1f}")


if __name__ == "__main__":
    main()
