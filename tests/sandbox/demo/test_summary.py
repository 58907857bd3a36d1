"""The lines of the summary."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectops.model import Change, ConnectorId, Platform
from connectops.tell.slack_message import render
from sandbox.demo.fleet import assemble
from sandbox.demo.seen import Seen
from sandbox.demo.summary import judge, judge_slack, judge_throttling
from sandbox.records import Call
from tests.notices import a_notice
from tests.sandbox.demo.recordings import SAMPLES

ORDERS = ConnectorId(Platform.MSK_CONNECT, "msk", "orders")
QUIET = Seen(ORDERS, incident=None, ended=(), suspected=False, notices=(), restarts=0)


def refusal(operation: str, caller: str | None = "connectops-poll-connectors") -> Call:
    return Call(1, 0.0, "kafkaconnect", operation, caller, "ASIA", {}, 429, "TooManyRequestsException")


@pytest.mark.parametrize(("flip", "ok"), [([], True), (["a-noise-quiet"], False)])
def test_the_label_alone_decides_whether_quiet_is_right(flip, ok):
    [member] = assemble(SAMPLES, only=["a-noise-quiet"], flip=flip)
    assert judge(member, QUIET).ok is ok


def test_a_connector_that_should_be_restarted_and_is_quiet_is_wrong():
    [member] = assemble(SAMPLES, only=["a-db-restart"])
    assert not judge(member, QUIET).ok


def test_throttling_is_survived_when_looks_were_refused_and_nobody_was_paged():
    assert judge_throttling([refusal("ListConnectors")], [QUIET]).ok


def test_throttling_that_never_happened_is_not_survived():
    assert not judge_throttling([refusal("ListConnectors", caller=None)], [QUIET]).ok


def test_throttling_that_paged_somebody_is_not_survived():
    paged = replace(QUIET, notices=(a_notice(change=Change.COULD_NOT_SEE),))
    assert not judge_throttling([refusal("ListConnectors")], [paged]).ok


@pytest.mark.parametrize(("refused", "ok"), [(["RestartConnector"], True), ([], False)])
def test_where_restarts_were_called_some_must_have_been_refused_first(refused, ok):
    calls = [refusal(operation) for operation in ("ListConnectors", *refused)]
    assert judge_throttling(calls, [replace(QUIET, restarts=1)]).ok is ok


def test_notices_that_slack_has_as_the_product_renders_them_have_arrived():
    assert judge_slack([a_notice()], [render(a_notice())]).ok


def test_a_notice_that_slack_has_in_other_words_has_not_arrived():
    assert not judge_slack([a_notice()], [render(a_notice(title="something else"))]).ok
