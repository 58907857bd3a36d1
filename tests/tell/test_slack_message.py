import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectops.model import Change, Links, Notice, Severity
from connectops.tell.slack_message import render
from tests.notices import NOW, ORDERS, a_notice

LIMITS = {"header": 150, "section": 3000, "field": 2000}  # https://docs.slack.dev/reference/block-kit/blocks


def said(notice: Notice) -> str:
    return json.dumps(render(notice), ensure_ascii=False)


def header(notice: Notice) -> str:
    text: str = render(notice)["blocks"][0]["text"]["text"]
    return text


def sections(notice: Notice) -> list[str]:
    return [
        block["text"]["text"] for block in render(notice)["blocks"] if block["type"] == "section" and "text" in block
    ]


def fields(notice: Notice) -> list[str]:
    return [field["text"] for block in render(notice)["blocks"] for field in block.get("fields", [])]


def footer(notice: Notice) -> str:
    text: str = render(notice)["blocks"][-1]["elements"][0]["text"]
    return text


def assert_slack_takes(message: dict[str, Any]) -> None:
    assert 1 <= len(message["text"]) <= 4000
    assert 1 <= len(message["blocks"]) <= 50
    for block in message["blocks"]:
        if block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
            continue
        assert len(block.get("fields", [])) <= 10
        for field in block.get("fields", []):
            assert 1 <= len(field["text"]) <= LIMITS["field"]
        if "text" in block:
            assert 1 <= len(block["text"]["text"]) <= LIMITS[block["type"]]


def test_a_message_says_which_since_when_what_why_what_was_done_and_what_next() -> None:
    notice = a_notice()

    assert header(notice) == ":rotating_light: orders-mariadb is not restarted: MYSQL_BINLOG_POSITION_LOST"
    assert "*Connector*\norders-mariadb" in fields(notice)
    assert "*Runs on*\nMSK Connect" in fields(notice)
    assert "*Verdict*\ndo not restart" in fields(notice)
    local_time = f"<!date^{int(NOW.timestamp()) - 12}^{{date_short_pretty}} {{time_secs}}|2026-11-23 01:16:50 UTC>"
    assert f"*Since*\n{local_time} (12 s)" in fields(notice)
    assert sections(notice) == [
        f"*What happened*\n{notice.what_happened}",
        f"*Cause*\n```\n{notice.cause}\n```",
        f"*What ConnectOps did*\n{notice.what_we_did}",
        f"*What to do next*\n{notice.next_step}",
    ]
    assert notice.incident_id in footer(notice)


def test_who_reads_only_the_notification_knows_what_to_do() -> None:
    text = render(a_notice())["text"]

    assert "orders-mariadb is not restarted" in text
    assert "Keep binlogs longer" in text


@pytest.mark.parametrize(
    ("change", "severity", "emoji"),
    [
        (Change.REFUSED, Severity.PAGE, ":rotating_light:"),
        (Change.OPENED, Severity.WARNING, ":warning:"),
        (Change.RESTARTED, Severity.INFO, ":information_source:"),
        (Change.RESOLVED, Severity.PAGE, ":white_check_mark:"),
        (Change.CLOSED, Severity.INFO, ":information_source:"),
    ],
)
def test_the_first_sign_shows_how_loud_it_is(change: Change, severity: Severity, emoji: str) -> None:
    assert header(a_notice(change=change, severity=severity)).startswith(emoji)


def test_what_is_not_known_is_left_out() -> None:
    notice = a_notice(verdict=None, health=None, owner=None, cause="", links=Links())

    assert not any("Verdict" in field or "Health" in field or "Owner" in field for field in fields(notice))
    assert not any("Cause" in section for section in sections(notice))
    assert_slack_takes(render(notice))


def test_a_self_managed_cluster_is_named() -> None:
    assert "*Runs on*\nKafka Connect cluster onprem" in fields(a_notice(connector=replace(ORDERS, cluster="onprem")))


def test_nobody_is_mentioned_and_nothing_is_linked_by_what_a_connector_is_called_or_logs() -> None:
    evil = "<!channel> <https://evil.example|click> & <@U123>"
    notice = a_notice(connector=replace(ORDERS, name=evil), **dict.fromkeys(TEXTS, evil))

    escaped = "&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; &lt;@U123&gt;"
    assert evil not in said(notice)
    assert f"*Connector*\n{escaped}" in fields(notice)
    assert all(escaped in section for section in sections(notice))
    assert "<" not in header(notice)
    assert "<" not in render(notice)["text"]


TEXTS = ("title", "what_happened", "cause", "what_we_did", "next_step", "incident_id", "owner")


def test_a_cause_cannot_break_out_of_its_code_block() -> None:
    [cause] = [text for text in sections(a_notice(cause="a ```*b*``` c")) if text.startswith("*Cause*")]

    assert cause.count("```") == 2


def test_a_header_of_150_characters_stays_whole() -> None:
    title = "t" * (150 - len(":warning: "))

    assert header(a_notice(severity=Severity.WARNING, title=title)) == f":warning: {title}"


def test_a_header_of_151_characters_is_cut() -> None:
    title = "t" * (151 - len(":warning: "))

    assert header(a_notice(severity=Severity.WARNING, title=title)) == f":warning: {title[:-2]}…"


@pytest.mark.parametrize("length", range(2890, 2910))
def test_a_long_text_is_never_cut_within_an_escaped_character(length: int) -> None:
    [happened] = [text for text in sections(a_notice(what_happened="x" * length + "&&&")) if "happened" in text]

    assert happened.replace("&amp;", "").count("&") == 0


def test_logs_and_an_address_of_the_runbook_are_links() -> None:
    notice = a_notice(links=Links(logs="https://c.example/a?b=1&c=2#d|e", runbook="https://wiki.example/r#x"))

    assert "<https://c.example/a?b=1&amp;c=2#d%7Ce|Worker log>" in footer(notice)
    assert "<https://wiki.example/r#x|Runbook>" in footer(notice)


def test_a_path_of_the_runbook_is_shown_as_text() -> None:
    notice = a_notice(links=Links(runbook="docs/runbook.md#unknown"))

    assert "Runbook: `docs/runbook.md#unknown`" in footer(notice)
    assert "<" not in footer(notice)


def test_a_minute_is_told_as_seconds_until_it_is_full() -> None:
    told = {
        seconds: next(field for field in fields(a_notice(since=NOW - timedelta(seconds=seconds))) if "Since" in field)
        for seconds in (59, 60, 3_599, 3_600, 172_799, 172_800)
    }

    ends = ["(59 s)", "(1 min)", "(59 min)", "(1 h 0 min)", "(47 h 59 min)", "(2 d 0 h)"]
    assert [field[field.rindex("(") :] for field in told.values()] == ends


@given(st.text(max_size=5000), st.text(max_size=5000), st.sampled_from("&<>` x"), st.integers(0, 20_000))
def test_slack_takes_whatever_is_told(name: str, text: str, char: str, times: int) -> None:
    connector = replace(ORDERS, name=name, cluster=name)
    texts = dict.fromkeys(TEXTS, text + char * times)
    links = Links(logs=f"https://c.example/{text}", runbook=text)

    assert_slack_takes(render(a_notice(connector=connector, failure_class=name, links=links, **texts)))
