"""The summary: for each connector what was expected and what was seen, and what else had to be survived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from connectops.model import MSK_CLUSTER, Change, Notice
from connectops.tell.slack_message import render
from sandbox.demo.fleet import Member
from sandbox.demo.seen import Seen
from sandbox.records import Call


@dataclass(frozen=True, slots=True)
class Result:
    """One line: `title` is what was played, `ok` whether what was seen fits what was expected."""

    connector: str
    title: str
    expected: str
    seen: str
    ok: bool


def judge(member: Member, seen: Seen) -> Result:
    expectation = member.expectation
    classes = " or ".join(sorted(expectation.classes)) if seen.named else ""
    restarts = f"{seen.restarts} restart{'s' if seen.restarts > 1 else ''}" if seen.restarts else ""
    return Result(
        connector=member.label.connector,
        title="; ".join(part for part in (member.label.title, member.part.intent) if part),
        expected=f"{expectation.text} ({classes})" if classes else expectation.text,
        seen=", ".join(part for part in (seen.text, restarts) if part),
        ok=seen.fits(expectation),
    )


def judge_throttling(calls: Iterable[Call], sights: Iterable[Seen]) -> Result:
    """Looks and restarts that were refused for a while have to be made again, and nobody has to hear of it."""
    seen = list(sights)
    refused = Counter(call.operation for call in calls if call.error == "TooManyRequestsException" and call.caller)
    pages = sum(notice.change is Change.COULD_NOT_SEE for one in seen for notice in one.notices)
    restarted = any(one.restarts for one in seen if one.connector.cluster == MSK_CLUSTER)
    return Result(
        connector="(MSK Connect's API)",
        title="throttles for a while",
        expected="survived, nobody paged for it",
        seen=f"{', '.join(f'{name} refused {count} times' for name, count in sorted(refused.items()))}; {pages} pages",
        ok=refused["ListConnectors"] > 0 and (refused["RestartConnector"] > 0 or not restarted) and not pages,
    )


def judge_slack(notices: Iterable[Notice], messages: Sequence[dict[str, Any]]) -> Result:
    """Every notice of the topic has to be in Slack, as the product renders it."""
    expected = [render(notice) for notice in notices]
    arrived = sum(message in messages for message in expected)
    return Result(
        connector="(Slack)",
        title="an incoming webhook",
        expected=f"{len(expected)} notice{'s' if len(expected) != 1 else ''}",
        seen=f"{arrived} of them",
        ok=arrived == len(expected),
    )


def draw(results: Sequence[Result]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Summary", title_justify="left", expand=True)
    table.add_column("", width=1)
    for heading, ratio in (("connector", 5), ("what was played", 9), ("expected", 8), ("seen", 9)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for result in results:
        mark = Text("✓", style="green") if result.ok else Text("✗", style="bold red")
        table.add_row(mark, result.connector, result.title, result.expected, result.seen)
    return table
