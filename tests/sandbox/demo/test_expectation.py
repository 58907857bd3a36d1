"""What a label makes the demo expect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectops.model import Verdict
from sandbox.demo.expectation import Course, Intent, expect
from sandbox.demo.labels import Label

LABEL = Label(
    sample="pg-db-down-60s-d",
    connector="pgdbdown60sd",
    title="database down",
    connect_version="3.7.2",
    verdict=Verdict.RESTART_WITH_BACKOFF,
    acceptable=frozenset(),
    classes=frozenset({"PG_CONN_LOST"}),
    state_after_fault="FAILED",
    self_healed=False,
    restart_after_mending="RUNNING and delivers",
)


@pytest.mark.parametrize("verdict", [Verdict.RESTART_NOW, Verdict.RESTART_WITH_BACKOFF])
def test_what_a_restart_cured_has_to_be_restarted(verdict: Verdict) -> None:
    assert expect(replace(LABEL, verdict=verdict), Intent.NONE).courses == {Course.RESTARTED}


def test_what_no_restart_cured_even_after_mending_ends_in_quarantine():
    label = replace(LABEL, restart_after_mending="FAILED")
    assert expect(label, Intent.NONE).courses == {Course.QUARANTINED}


def test_what_a_restart_harms_has_to_be_refused():
    assert expect(replace(LABEL, verdict=Verdict.DO_NOT_RESTART), Intent.NONE).courses == {Course.REFUSED}


def test_what_healed_by_itself_may_be_ignored_or_restarted_where_both_are_labelled():
    label = replace(LABEL, acceptable=frozenset({Verdict.IGNORE}), self_healed=True)
    assert expect(label, Intent.NONE).courses == {Course.RESTARTED, Course.QUIET}


def test_what_did_not_heal_by_itself_may_not_be_ignored_although_that_is_labelled():
    label = replace(LABEL, acceptable=frozenset({Verdict.IGNORE}))
    assert expect(label, Intent.NONE).courses == {Course.RESTARTED}


def test_noise_has_to_stay_quiet():
    assert expect(replace(LABEL, verdict=Verdict.IGNORE), Intent.NONE).courses == {Course.QUIET}


def test_a_tag_holds_back_what_a_restart_would_cure():
    assert expect(LABEL, Intent.NO_RESTARTS).courses == {Course.HELD_BACK}


def test_a_paused_connector_is_left_alone_whatever_it_plays():
    assert Course.RESTARTED not in expect(LABEL, Intent.PAUSED).courses


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("intent", [Intent.NONE, Intent.NO_RESTARTS])
def test_a_flipped_label_never_expects_what_the_true_one_does(verdict: Verdict, intent: Intent) -> None:
    label = replace(LABEL, verdict=verdict)
    assert not expect(label, intent).courses & expect(label.flipped(), intent).courses
