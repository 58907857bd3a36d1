"""Every sample is diagnosed as it is labelled: recordings in both layouts, and lines from public sources."""

import pytest

from connectops.decide.diagnosis import Reading
from connectops.model import Verdict
from tests.decide.labelled import STRICTEST_FIRST, Labelled, as_msk_connect, cited, recorded

# The worker says "no such connector class"; the label is the wider class of the scenario (an invalid configuration).
LABELLED_WIDER = {"a-config-invalid"}


def strictest(reading: Reading, connector: str | None) -> tuple[set[str], Verdict]:
    mine = [d for d in reading.diagnoses if connector is None or d.connector in (connector, None)]
    verdict = min((d.verdict for d in mine), key=STRICTEST_FIRST.index, default=Verdict.IGNORE)
    return {d.failure_class for d in mine}, verdict


@pytest.mark.parametrize("layout", ["kafka", "msk-connect"])
@pytest.mark.parametrize("sample", recorded(), ids=lambda sample: sample.id)
def test_a_recording_is_diagnosed_as_it_was_measured(sample: Labelled, layout: str) -> None:
    reading = sample.reading(as_msk_connect(sample.text) if layout == "msk-connect" else sample.text)
    classes, verdict = strictest(reading, sample.connector)
    if "IGNORE" not in sample.verdicts:
        assert classes
        assert None in sample.classes or classes & set(sample.classes) or sample.id in LABELLED_WIDER
    restarts = {str(v) for v in Verdict if v.restarts}
    assert verdict in sample.verdicts or (verdict.restarts and restarts & set(sample.verdicts))


QUIET = [s for s in recorded() if s.verdicts == ("IGNORE",) and all(c is None or "NOISE" in c for c in s.classes)]


@pytest.mark.parametrize("sample", QUIET, ids=lambda sample: sample.id)
def test_what_was_quiet_gives_no_incident(sample: Labelled) -> None:
    mine = [d for d in sample.reading().diagnoses if d.connector in (sample.connector, None)]
    assert mine == []


@pytest.mark.parametrize("sample", cited(), ids=lambda sample: sample.id)
def test_cited_lines_are_one_incident_of_their_class(sample: Labelled) -> None:
    found = sample.reading().diagnoses
    assert [d.failure_class for d in found] == list(sample.classes)
    assert all(str(d.verdict) in sample.verdicts for d in found)


@pytest.mark.parametrize("sample", [s for s in cited() if s.near], ids=lambda sample: sample.id)
def test_a_near_miss_is_not_taken_for_its_neighbour(sample: Labelled) -> None:
    assert sample.near not in {d.failure_class for d in sample.reading().diagnoses}


REFUSED = [s for s in cited() if s.verdicts == ("DO_NOT_RESTART",)]


@pytest.mark.parametrize("sample", REFUSED, ids=lambda sample: sample.id)
def test_every_line_that_a_trace_loses_keeps_a_restart_refused(sample: Labelled) -> None:
    """MSK Connect drops lines: what is left may be unknown, but is never restarted where the whole must not be."""
    lines = sample.text.splitlines()
    whole = sample.reading().diagnoses[0]
    for number in range(len(lines)):
        rest = "\n".join(lines[:number] + lines[number + 1 :])
        for found in sample.reading(rest).diagnoses:
            if found.failure_class == whole.failure_class:
                assert found.verdict is Verdict.DO_NOT_RESTART
