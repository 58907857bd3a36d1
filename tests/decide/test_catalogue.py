"""The catalogue itself: complete, consistent, each class with samples that match and near misses that do not."""

import re

import pytest

from connectops.decide.catalogue import BY_ID, CATALOGUE
from connectops.decide.catalogue.entry import FailureClass, Role, Weight
from connectops.decide.diagnosis_matching import Matcher
from connectops.decide.updates import CLASS_OF
from connectops.model import Verdict
from tests.decide.labelled import cited, recorded

SILENT_BY_NATURE = {
    "AWS_MSK_MAINTENANCE",  # a pattern over brokers and time, never a line
    "CONNECT_OFFSET_FLUSH_TIMEOUT",  # a consequence: recorded, and never an incident of its own
    "NOISE_UNKNOWN_CONFIG", "NOISE_REBALANCE_DEPLOY", "NOISE_RETRIABLE_HANDLED", "NOISE_SHUTDOWN",
    "NOISE_METADATA_TRANSIENT", "NOISE_DBZ_WARN", "NOISE_STARTUP",
}  # fmt: skip


def ids(entry: FailureClass) -> str:
    return entry.id


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE, ids=ids)
def test_an_entry_says_what_people_need(entry: FailureClass) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", entry.id)
    assert entry.cause.endswith(".")
    assert entry.next_step.endswith(".")
    assert entry.sources
    assert entry.signatures or entry.shown_by or entry.id == "CONNECT_TASK_KILLED_UNKNOWN"


@pytest.mark.parametrize("entry", CATALOGUE, ids=ids)
def test_what_a_class_explains_exists_and_is_not_itself(entry: FailureClass) -> None:
    assert entry.id not in entry.explains
    assert set(entry.explains) <= BY_ID.keys()


def test_no_two_classes_explain_each_other() -> None:
    loops = {(e.id, other) for e in CATALOGUE for other in e.explains if e.id in BY_ID[other].explains}
    assert loops == set()


INCIDENTS = [entry for entry in CATALOGUE if entry.id not in SILENT_BY_NATURE and not entry.shown_by]


def test_what_the_platform_shows_is_known_by_no_line() -> None:
    shown = {entry.id for entry in CATALOGUE if entry.shown_by}
    assert shown == set(CLASS_OF.values())
    assert not [entry.id for entry in CATALOGUE if entry.shown_by and entry.signatures]


@pytest.mark.parametrize("entry", INCIDENTS, ids=ids)
def test_a_class_has_a_sample_that_matches(entry: FailureClass) -> None:
    labels = {c for s in (*cited(), *recorded()) for c in s.classes}
    assert entry.id in labels


@pytest.mark.parametrize("entry", INCIDENTS, ids=ids)
def test_a_class_has_a_near_miss(entry: FailureClass) -> None:
    """A near miss shares an exception or wording with the class and belongs to another one."""
    named = {s.near for s in cited()}
    related = any(entry.id in BY_ID[c].explains for s in cited() for c in s.classes if c in BY_ID)
    shares = any(_shares_words(entry, s.text) for s in cited() if entry.id not in s.classes)
    assert entry.id in named or related or shares


def _shares_words(entry: FailureClass, text: str) -> bool:
    return any(s.exception and s.exception.rpartition(".")[2] in text for s in entry.signatures)


def test_only_noise_has_the_weight_of_noise() -> None:
    assert all(e.is_noise for e in CATALOGUE for s in e.signatures if s.weight is Weight.NOISE)


def test_only_what_repeats_has_a_rate() -> None:
    assert all(s.role is Role.REPEATED for e in CATALOGUE for s in e.signatures if s.times != 1)


def test_what_must_not_be_restarted_is_worth_no_restart() -> None:
    assert all(e.cap == 0 for e in CATALOGUE if e.verdict is Verdict.DO_NOT_RESTART)


def test_a_signature_without_a_whole_word_is_refused() -> None:
    from dataclasses import replace

    from connectops.decide.catalogue.entry import Signature

    vague = replace(BY_ID["CONNECT_OOM"], signatures=(Signature(text="*x*"),))
    with pytest.raises(ValueError, match="one whole word"):
        Matcher([vague])
