"""A log that is too long to be held is read in pieces: nothing is diagnosed otherwise, and little is held at once."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from cli.diagnose import read
from connectops.decide.diagnosis import Reading
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
from connectops.observe.worker_logs import stitch_texts
from connectops.observe.worker_logs_text import ORDER_LOOKED_AT, LogText, read_pieces, read_text
from tests.decide.labelled import Labelled, recorded

RECORDED = recorded()
QUIET = "[2026-11-23 01:{:02}:{:02},{:03}] INFO WorkerSourceTask{{id=a-0}} Committing offsets (org.apache.kafka.connect.runtime.WorkerSourceTask:398)"
SENT = "[2026-11-23 01:{:02}:{:02},{:03}] INFO {} records sent during previous 00:00:10.1, last recorded offset: {{}} (io.debezium.connector.common.BaseSourceTask:182)"
FRAME = "\tat io.debezium.A.b(A.java:1)"


def in_pieces(text: str, size: int) -> Iterator[LogText]:
    lines = text.splitlines()
    for begin in range(0, len(lines), size):
        yield LogText(lines[begin : begin + size], goes_on=begin + size < len(lines))


def said(reading: Reading) -> tuple[object, ...]:
    return reading.diagnoses, reading.suspicions, reading.noise, reading.lines, reading.ignored


@pytest.mark.parametrize("sample", RECORDED[::4], ids=lambda sample: sample.id)
@pytest.mark.parametrize("prefix", ["", "[Worker-0bb8afa0b01391c41] "])
def test_a_log_in_pieces_says_what_it_says_as_a_whole(sample: Labelled, prefix: str) -> None:
    text = "\n".join(f"{prefix}{line}" for line in sample.text.splitlines()[:6_000])
    whole = said(read([LogText(text.splitlines())]))
    assert said(read(in_pieces(text, 613))) == whole


def test_a_trace_that_a_piece_ends_in_is_whole() -> None:
    head = "[2026-11-23 01:10:00,000] ERROR [a|task-0] Task threw an uncaught exception (org.apache.kafka.connect.runtime.WorkerTask:208)"
    lines = [
        head,
        "org.apache.kafka.connect.errors.ConnectException: a",
        FRAME,
        "Caused by: java.io.EOFException: b",
        FRAME,
    ]
    for cut in range(1, len(lines)):
        records = stitch_texts([LogText(lines[:cut], goes_on=True), LogText(lines[cut:])], PREFILTER).records
        assert [(len(record.causes), len(record.frames)) for record in records] == [(2, 2)]


def a_day(lines: int) -> Iterator[bytes]:
    """A worker that is well, and that fails at its end."""
    for number in range(lines):
        minute, second, milli = number // 60_000 % 60, number // 1_000 % 60, number % 1_000
        line = SENT if number % 50 == 0 else QUIET
        yield f"{line.format(minute, second, milli, number)}\n".encode()
    yield b"[2026-11-23 02:10:00,000] ERROR [a|task-0] Task threw an uncaught exception (org.apache.kafka.connect.runtime.WorkerTask:208)\n"
    yield b"java.sql.SQLException: Access denied for user 'x'@'y' (using password: YES)\n"


def held(lines: int) -> int:
    """Bytes at most while that many lines are read, besides the file itself."""
    file = io.BytesIO(b"".join(a_day(lines)))
    tracemalloc.start()
    stitched = stitch_texts(read_pieces(file, 2_000), PREFILTER, NOISE_LOGGERS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stitched.lines == lines + 2
    assert stitched.records[-1].level == "ERROR"
    return peak


def test_what_is_held_does_not_grow_with_the_log() -> None:
    assert held(80_000) < 1.2 * held(20_000)


@pytest.mark.parametrize("copied", ["plain", "aws logs tail", "newest first"])
def test_the_pieces_of_a_file_are_its_lines(copied: str) -> None:
    lines = [line.decode().rstrip() for line in a_day(3 * ORDER_LOOKED_AT)]
    shown = {
        "plain": lines,
        "aws logs tail": [f"2026-11-23T01:00:00.000000+00:00 workers/1 {line}" for line in lines],
        "newest first": lines[::-1],
    }[copied]
    raw = "\n".join(shown).encode()
    pieces = list(read_pieces(io.BytesIO(raw), 1_000))
    assert [line for piece in pieces for line in piece.lines] == lines
    assert [piece.goes_on for piece in pieces] == [True] * (len(pieces) - 1) + [False]
    assert (len(pieces) > 3) is (copied != "newest first") or len(pieces) > 1
    assert [text.lines for text in read_text(raw)] == [lines]
