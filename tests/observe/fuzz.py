"""`make fuzz`: bytes that a fuzzer grows towards every branch of the log reader; none may raise, or take ten seconds.

It begins with the cited samples and parts of recordings. `python -m tests.observe.fuzz SECONDS [FILE...]`; a FILE that
was found to fail is run again alone.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["connectops", "cli.diagnose"]):
    from cli.diagnose import read
    from connectops.decide.diagnosis import diagnose, diagnose_trace
    from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
    from connectops.errors import MalformedEvent
    from connectops.observe.worker_logs import HOUR_ZERO, stitch_batch
    from connectops.observe.worker_logs_assembly import Assembler, Interest
    from connectops.observe.worker_logs_batch import decode
    from connectops.observe.worker_logs_text import read_text

from tests.decide.labelled import cited, recorded

ROOT = Path(__file__).parents[2]
FOUND = ROOT / "build" / "fuzz"
LONGEST = 16_384
SLOWEST_SECONDS = 10


def one_input(data: bytes) -> None:
    """The bytes as a file, as the lines of a batch, as a trace, and as a subscription event."""
    with contextlib.suppress(MalformedEvent):
        read(read_text(data))
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    assembler = Assembler(Interest(PREFILTER, NOISE_LOGGERS), HOUR_ZERO)
    assembler.read(lines[: len(lines) // 3])
    assembler.begin_here()
    assembler.read(lines[len(lines) // 3 :])
    diagnose(assembler.records(), lines=len(lines))
    diagnose_trace(text, connector=None, task=None, at=HOUR_ZERO)
    with contextlib.suppress(MalformedEvent):
        decode({"awslogs": {"data": data}})
    batch = decode(_subscription(lines))
    if batch is not None:
        diagnose(stitch_batch(batch, PREFILTER, NOISE_LOGGERS), lines=len(lines), to_the_end=True)


def _subscription(lines: list[str]) -> dict[str, dict[str, str]]:
    events = [{"id": str(n), "timestamp": 0, "message": line} for n, line in enumerate(lines)]
    document = {"messageType": "DATA_MESSAGE", "logGroup": "g", "logStream": "s", "logEvents": events}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(document).encode(), 1)).decode()}}


def seed(corpus: Path) -> None:
    for sample in cited():
        (corpus / sample.id.replace("/", "-")).write_bytes(sample.text.encode()[:LONGEST])
    for sample in recorded():
        failing = max(0, sample.text.find(" ERROR "))
        (corpus / sample.id).write_bytes(sample.text[max(0, failing - 500) :].encode()[:LONGEST])


def main(seconds: str = "60", *files: str) -> None:
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        seed(Path(corpus))
        options = [
            f"-max_len={LONGEST}",
            f"-timeout={SLOWEST_SECONDS}",
            f"-artifact_prefix={FOUND}/",
            "-rss_limit_mb=0",
        ]
        where = list(files) or [f"-max_total_time={seconds}", corpus]
        atheris.Setup([sys.argv[0], *options, *where], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
