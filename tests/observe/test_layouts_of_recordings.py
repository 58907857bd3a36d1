"""Every recording in every layout that workers log in, and in what copies wrap around it: the same failures."""

from __future__ import annotations

import json
from functools import cache

import pytest

from cli.diagnose import read
from connectops.decide.diagnosis import diagnose_trace
from connectops.decide.diagnosis_lines import PREFILTER
from connectops.model import LogRecord, Verdict
from connectops.observe.worker_logs import stitch
from connectops.observe.worker_logs_text import read_text
from tests.builders import NOW
from tests.decide.labelled import Labelled, recorded
from tests.layouts import LAYOUTS, WRAPPINGS, in_layout

RECORDED = [sample for sample in recorded() if len(sample.text) < 3_000_000]
NAMELESS_LAYOUTS = {"Kafka up to 2.8", "java.util.logging"}
TOLD_BY_NAMES = {"a-history-topic-gone-while-stopped", "b-server-id-conflict"}
"""Where one connector's reader stops silently and another one goes on: only names can tell them apart."""


def failures(text: str) -> list[tuple[str, Verdict]]:
    return [(found.failure_class, found.verdict) for found in read(read_text(text.encode())).diagnoses]


@cache
def as_recorded(sample: Labelled) -> list[tuple[str, Verdict]]:
    return failures(sample.text)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sample", RECORDED, ids=lambda sample: sample.id)
def test_a_recording_says_the_same_in_every_layout(sample: Labelled, layout: str) -> None:
    found = failures(in_layout(sample.text, layout))
    if layout in NAMELESS_LAYOUTS and sample.id in TOLD_BY_NAMES:
        assert set(found) <= set(as_recorded(sample))
    else:
        assert found == as_recorded(sample)


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_recording_says_the_same_in_every_wrapping(wrapping: str) -> None:
    for sample in RECORDED[list(WRAPPINGS).index(wrapping) % 4 :: 4]:
        assert failures(WRAPPINGS[wrapping](sample.text)) == as_recorded(sample), sample.id


@pytest.mark.parametrize("layout", ["Strimzi, log4j 2", "Quarkus", "JSON, ECS", "JSON, log4j 2"])
def test_layouts_and_wrappings_go_together(layout: str) -> None:
    for wrapping in ("docker-compose", "fluent-bit on Kubernetes", "kubectl --timestamps", "filter-log-events"):
        for sample in RECORDED[::25]:
            assert failures(WRAPPINGS[wrapping](in_layout(sample.text, layout))) == as_recorded(sample), sample.id


DEATHS = [
    (sample, record)
    for sample in RECORDED
    for record in stitch(sample.text.splitlines(), wanted=PREFILTER)
    if "will not recover until manually restarted" in record.message and record.causes
]  # fmt: skip


@pytest.mark.parametrize(("sample", "record"), DEATHS, ids=lambda each: getattr(each, "id", ""))
def test_the_trace_of_a_status_says_what_the_log_says(sample: Labelled, record: LogRecord) -> None:
    """REST shows the trace of what was thrown, not the statement that logged it."""
    trace = "".join(f"{line}\n" for line in record.causes)
    status = {
        "name": record.connector, "connector": {"state": "RUNNING", "worker_id": "w:8083"}, "type": "source",
        "tasks": [{"id": record.task, "state": "FAILED", "worker_id": "w:8083", "trace": trace}],
    }  # fmt: skip
    by_look = diagnose_trace(trace, connector=record.connector, task=record.task, at=NOW)
    for text in (json.dumps(status), json.dumps(status, indent=2), f"$ curl -s connect:8083\n{json.dumps(status)}"):
        assert failures(text) == [(by_look.failure_class, by_look.verdict)]
