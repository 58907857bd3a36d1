"""The fleet of the demo, as it is chosen from the samples."""

from __future__ import annotations

import pytest

from connectops.model import Platform, Verdict
from sandbox.demo.expectation import Course, Intent
from sandbox.demo.fleet import UnknownMember, assemble
from tests.sandbox.demo.recordings import SAMPLES

FLEET = assemble(SAMPLES)


def test_at_least_ten_connectors_run_on_msk_connect_and_some_on_one_self_managed_cluster():
    platforms = [member.part.platform for member in FLEET]
    assert platforms.count(Platform.MSK_CONNECT) >= 10
    assert platforms.count(Platform.KAFKA_CONNECT) >= 2


def test_no_two_connectors_have_the_same_name():
    names = [member.label.connector for member in FLEET]
    assert len(set(names)) == len(names)


def test_every_course_but_giving_up_is_expected_of_somebody():
    expected = {course for member in FLEET for course in member.expectation.courses}
    assert expected == set(Course) - {Course.QUARANTINED}


def test_restarts_are_expected_on_both_platforms():
    restarted = {member.part.platform for member in FLEET if member.expectation.needs_a_restart}
    assert restarted == set(Platform)


def test_members_are_chosen_by_sample_or_by_connector():
    chosen = assemble(SAMPLES, only=["a-db-restart", "sinkdeadlockd"])
    assert [member.part.sample for member in chosen] == ["a-db-restart", "sink-deadlock-d"]


def test_a_name_that_nobody_has_is_refused_with_those_there_are():
    with pytest.raises(UnknownMember, match=r"nobody.*a-db-restart"):
        assemble(SAMPLES, only=["nobody"])


def test_a_flipped_label_is_flipped_for_one_member_only():
    false = {m.part.sample: m.label.verdict for m in assemble(SAMPLES, flip=["a-binlog-purged"])}
    true = {m.part.sample: m.label.verdict for m in FLEET}
    assert {name for name in true if true[name] is not false[name]} == {"a-binlog-purged"}
    assert false["a-binlog-purged"] is Verdict.RESTART_NOW


def test_only_the_connector_that_is_to_be_left_alone_by_its_tag_carries_it():
    tagged = [member.part.intent for member in FLEET if member.tags]
    assert tagged == [Intent.NO_RESTARTS]
