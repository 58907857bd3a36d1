"""A lost position: every class that means one has ways out, each with its price, and none that the platform lacks."""

from __future__ import annotations

import pytest

from connectops.decide.catalogue import BY_ID
from connectops.decide.catalogue.lost_position import CHOICES, EVERYWHERE, choices_for
from connectops.decide.catalogue.runbook import section
from connectops.model import DataImpact, Platform, Verdict


@pytest.mark.parametrize("failure_class", CHOICES)
def test_a_class_with_choices_is_one_that_no_restart_cures(failure_class: str) -> None:
    entry = BY_ID[failure_class]
    assert entry.verdict is Verdict.DO_NOT_RESTART
    assert entry.data is not DataImpact.SAFE


@pytest.mark.parametrize("platform", EVERYWHERE)
@pytest.mark.parametrize("failure_class", CHOICES)
def test_there_is_a_way_that_reads_the_data_again_and_one_that_forgets_offsets_or_finds_them(
    failure_class: str, platform: Platform
) -> None:
    choices = choices_for(failure_class, platform)
    assert len({each.name for each in choices}) == len(choices)
    assert any("when_needed" in each.how for each in choices)
    assert any("execute-snapshot" in each.how for each in choices)
    assert any("offset" in each.name for each in choices)
    assert all(each.how and each.price for each in choices)


@pytest.mark.parametrize("failure_class", CHOICES)
def test_what_needs_the_rest_api_is_not_offered_on_msk_connect(failure_class: str) -> None:
    on_msk = " ".join(each.how for each in choices_for(failure_class, Platform.MSK_CONNECT))
    self_managed = " ".join(each.how for each in choices_for(failure_class, Platform.KAFKA_CONNECT))
    assert "/connectors/NAME/offsets" not in on_msk
    assert "/connectors/NAME/offsets" in self_managed
    assert "connectops recreate" not in self_managed


@pytest.mark.parametrize("failure_class", ["MYSQL_CONN_LOST", "UNKNOWN", "no such class"])
def test_where_no_position_is_lost_there_is_nothing_to_choose(failure_class: str) -> None:
    assert choices_for(failure_class, Platform.MSK_CONNECT) == ()


def test_the_runbook_names_each_choice_with_its_price_and_where_it_can_be_had() -> None:
    text = section(BY_ID["PG_SLOT_MISSING"])
    for choice in CHOICES["PG_SLOT_MISSING"]:
        assert f"**{choice.name}**" in text
        assert choice.price in text
    assert "(MSK Connect only)" in text
    assert "(self-managed Kafka Connect only)" in text
    assert "Price" not in section(BY_ID["MYSQL_CONN_LOST"])
