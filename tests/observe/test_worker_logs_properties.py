"""Whatever is done to lines, reading them neither fails nor hangs, and noise changes no diagnosis."""

import contextlib
import random
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.diagnose import read
from connectops.decide.catalogue import CATALOGUE
from connectops.decide.diagnosis import diagnose, diagnose_trace, matcher
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
from connectops.errors import MalformedEvent
from connectops.model import LogRecord
from connectops.observe.worker_logs import stitch, stitch_batch
from connectops.observe.worker_logs_batch import decode
from connectops.observe.worker_logs_text import read_text
from tests.builders import NOW
from tests.decide.labelled import Labelled, cited, recorded, subscription_event

CITED = cited()
UNWRAPPED = [s for s in CITED if not s.text.startswith(("[Worker-", "1700", '"', "connect_1", "{"))]
HARMLESS = (
    "[2024-02-07 16:31:56,842] INFO [AdminClient clientId=a] Node 1 disconnected. (org.apache.kafka.clients.NetworkClient:937)",
    "[2024-02-07 16:31:56,842] INFO WorkerSourceTask{id=other-0} Committing offsets (org.apache.kafka.connect.runtime.WorkerSourceTask:398)",
    "[2024-02-07 16:31:56,842] WARN The configuration 'x' was supplied but isn't a known config. (org.apache.kafka.clients.admin.AdminClientConfig:369)",
)  # fmt: skip
PIECES = (
    "[2026-11-23 01:10:00,000] ", "ERROR ", "INFO ", "WARN ", "[a|task-0] ", "\tat a.B.c(B.java:1)", "Caused by: ", "\t... 7 more",
    "java.lang.X", "Exception", ": ", "(org.a.B:1)", "[Worker-0bb8afa0b01391c41] ", "{", "}", '"trace": "', "\\n\\tat ", " | ", "\u00e4\ud83d",
    "Task is being killed and will not recover until manually restarted", "password=", "'", "\x1b[31m", "\0", ",", "> ", "  ",
)  # fmt: skip

slow_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
lines = st.lists(
    st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)), max_size=40
)


def sample_time(sample: Labelled) -> str:
    found = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}", sample.text)
    return found[0] if found else "2024-02-07 16:31:56,842"


@slow_machine
@given(lines)
def test_any_lines_are_read(found: list[str]) -> None:
    records = stitch(found, wanted=PREFILTER, noise=NOISE_LOGGERS)
    diagnose(records, lines=len(found))
    diagnose(records, lines=len(found), to_the_end=True)
    assert sum(record.repeats for record in records) <= len(found) + 40 * len(found)


@slow_machine
@given(st.binary(max_size=4_000))
def test_any_bytes_are_text_or_refused(raw: bytes) -> None:
    with contextlib.suppress(MalformedEvent):
        read(read_text(raw))


@slow_machine
@given(st.text(max_size=2_000))
def test_any_trace_of_a_status_is_a_death(trace: str) -> None:
    assert diagnose_trace(trace, connector="a", task=0, at=NOW).killed


@pytest.mark.parametrize("sample", CITED, ids=lambda sample: sample.id)
def test_any_line_that_the_catalogue_knows_is_a_death_in_a_status(sample: Labelled) -> None:
    for line in sample.text.splitlines():
        assert diagnose_trace(line, connector="a", task=0, at=NOW).killed


@slow_machine
@given(st.sampled_from(CITED), st.randoms(use_true_random=False))
def test_noise_between_the_lines_of_a_trace_never_changes_its_class(sample: Labelled, dice: random.Random) -> None:
    """Of a trace whose head is cut off the frames before its first throwable are known only while they come first."""
    mixed, at = [], sample_time(sample)
    lines = sample.text.splitlines()
    headless = next((index for index, line in enumerate(lines) if not line.startswith("\tat ")), 0)
    for index, line in enumerate(lines):
        prefix = line[: line.find("] ") + 2] if line.startswith("[Worker-") else ""
        mixed.append(line)
        if index < headless:
            continue
        if dice.random() < 0.3 and not line.startswith(("1700", '"', "connect_1")):
            time_of = re.match(r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})", line[len(prefix) :])
            at = time_of[1] if time_of else at
            mixed.append(prefix + dice.choice(HARMLESS).replace("2024-02-07 16:31:56,842", at))
    found = [d.failure_class for d in sample.reading("\n".join(mixed)).diagnoses]
    assert found == list(sample.classes)


@slow_machine
@given(st.sampled_from(CITED), st.integers(0, 40), st.integers(0, 60))
def test_a_cut_anywhere_is_read(sample: Labelled, first: int, last: int) -> None:
    sample.reading("\n".join(sample.text.splitlines()[first:last]))
    sample.reading(sample.text[first * 17 : last * 31])


@pytest.mark.parametrize("sample", recorded(), ids=lambda sample: sample.id)
def test_cuts_of_a_recording_at_line_boundaries_are_read(sample: Labelled) -> None:
    found, dice = sample.text.splitlines(), random.Random(sample.id)
    for _ in range(6):
        batch = decode(subscription_event(found[: dice.randrange(len(found) + 1)][-600:]))
        assert batch is not None
        diagnose(stitch_batch(batch, PREFILTER, NOISE_LOGGERS))


@slow_machine
@given(
    st.lists(st.sampled_from(UNWRAPPED), min_size=2, max_size=2, unique_by=lambda s: s.id),
    st.randoms(use_true_random=False),
)
def test_two_workers_of_one_stream_do_not_disturb_each_other(two: list[Labelled], dice: random.Random) -> None:
    queues = [[f"[Worker-0bb8afa0b01391c4{n}] {line}" for line in each.text.splitlines()] for n, each in enumerate(two)]
    alone = [stitch(queue) for queue in queues]
    mixed = []
    while any(queues):
        mixed.append(dice.choice([queue for queue in queues if queue]).pop(0))
    together = stitch(mixed)
    for n, records in enumerate(alone):
        mine = [r for r in together if r.worker == f"0bb8afa0b01391c4{n}"]
        assert sorted(r.causes for r in mine) == sorted(r.causes for r in records)


# ── hostile input ─────────────────────────────────────────────────────────────────────────────────────────────────────

HEADER = "[2026-11-23 01:10:00,000] ERROR [orders|task-0] Task is being killed and will not recover until manually restarted (a.B:1)"
CAUSE = "com.github.shyiko.mysql.binlog.network.ServerException: Could not find first log file name in binary log index file"


def seconds(found: list[str]) -> float:
    begin = time.process_time()
    reading = read(read_text("\n".join(found).encode()))
    assert [d.failure_class for d in reading.diagnoses] == ["MYSQL_BINLOG_POSITION_LOST"]
    return time.process_time() - begin


def test_ten_thousand_frames_hide_no_cause() -> None:
    frames = ["\tat a.b.C.d(C.java:1)"] * 10_000
    assert seconds([HEADER, "java.lang.RuntimeException: x", *frames, f"Caused by: {CAUSE}", *frames]) < 2


def test_ten_thousand_causes_end_in_the_last() -> None:
    causes = [f"Caused by: com.example.SomeException: number {n}" for n in range(10_000)]
    assert seconds([HEADER, "java.lang.RuntimeException: x", *causes, f"Caused by: {CAUSE}"]) < 2


def test_a_circular_reference_ends() -> None:
    assert seconds([HEADER, CAUSE, "\t[CIRCULAR REFERENCE:java.lang.RuntimeException: x]"]) < 2


@pytest.mark.parametrize(
    "unit",
    ["x", " ", "[", "(", ")", "\\n\\tat ", "a.", "|", '"', " at a.b(C.java:1)", "1", "\t", "{", "password=", "é"],
)
def test_a_line_of_a_megabyte_takes_no_time(unit: str) -> None:
    hostile = unit * (1_000_000 // len(unit))
    begin = time.process_time()
    for head in ("", "[2026-11-23 01:10:00,000] ERROR ", "Caused by: ", "2026-11-23 01:10:00,000 ERROR "):
        read(read_text((head + hostile).encode()))
    assert time.process_time() - begin < 4


def words_of(text: str) -> list[str]:
    return [piece for piece in text.split("*") if piece]


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.id)
def test_no_signature_is_slow_on_a_hostile_line(entry) -> None:  # type: ignore[no-untyped-def]
    """A megabyte of each piece of a text, so that every piece but the last is found everywhere."""
    begin = time.process_time()
    for signature in entry.signatures[:6]:
        for piece in words_of(signature.text)[:2]:
            line = piece * (1_000_000 // len(piece))
            matcher().find(LogRecord(NOW, "ERROR", line, causes=(f"x.{signature.exception or 'Y'}: {line}",)))
    assert time.process_time() - begin < 4
