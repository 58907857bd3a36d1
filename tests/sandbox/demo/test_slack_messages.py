"""Slack messages as the terminal shows them."""

from __future__ import annotations

import io

from rich.console import Console

from connectops.tell.slack_message import render
from sandbox.demo.slack_messages import draw
from tests.notices import a_notice


def drawn(**changes: str) -> str:
    console = Console(file=io.StringIO(), width=120)
    with console.capture() as capture:
        console.print(draw(render(a_notice(**changes))))
    return capture.get()


def test_everything_that_people_read_is_there():
    text = drawn()
    for said in (
        "🚨 orders-mariadb is not restarted",
        "Verdict do not restart",
        "available on the server",
        "What to do next",
    ):
        assert said in text


def test_markup_of_slack_is_not_shown():
    text = drawn(cause="a < b && c > d")
    assert "a < b && c > d" in text
    for mark in ("&lt;", "```", "<!date", "*Verdict*", ":rotating_light:"):
        assert mark not in text


def test_square_brackets_are_text():
    assert "[red]not markup[/red]" in drawn(what_happened="[red]not markup[/red]")
