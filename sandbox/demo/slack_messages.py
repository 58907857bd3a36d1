"""Slack messages in the terminal: what `connectops.tell.slack_message` uses of Block Kit, not all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from sandbox.slack_picture import EMOJI

_DATE = re.compile(r"<!date\^(\d+)\^[^|>]*\|[^>]*>")
_CODE_BLOCK = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_MARK = re.compile(
    r"^\*(?P<bold>[^*\n]+)\*|`(?P<code>[^`\n]+)`|<(?P<url>https?://[^|>]*)\|(?P<label>[^>]*)>", re.MULTILINE
)
WIDTH = 112


def draw(message: dict[str, Any]) -> RenderableType:
    """One message of an incoming webhook, in a frame."""
    head, *blocks = message["blocks"]
    body = Group(*(part for block in blocks for part in _block(block)))
    title = Text(_emoji(unescape(head["text"]["text"])), style="bold")
    return Panel(body, title=title, title_align="left", width=WIDTH, padding=(0, 1))


def _block(block: dict[str, Any]) -> Iterator[RenderableType]:
    if fields := block.get("fields"):
        yield Columns([_mrkdwn(_on_one_line(field["text"])) for field in fields], padding=(0, 3))
    if "text" in block:
        yield from _paragraph(block["text"]["text"])
    for element in block.get("elements", []):
        text = _mrkdwn(element["text"])
        text.stylize("dim")
        yield text


def _on_one_line(field: str) -> str:
    heading, _, value = field.partition("\n")
    return f"{heading} {value}"


def _paragraph(text: str) -> Iterator[RenderableType]:
    for index, part in enumerate(_CODE_BLOCK.split(text)):
        if index % 2:
            yield Padding(Text(unescape(part), style="white on grey15"), (0, 2))
        elif part.strip():
            yield _mrkdwn(part.strip("\n"))


def _mrkdwn(text: str) -> Text:
    text = _DATE.sub(lambda at: f"{datetime.fromtimestamp(int(at[1]), UTC):%b %-d, %H:%M:%S} UTC", text)
    found, end = Text(), 0
    for mark in _MARK.finditer(text):
        found.append(_plain(text[end : mark.start()]))
        found.append(_plain(mark["bold"] or mark["code"] or mark["label"]), style=_style(mark))
        end = mark.end()
    return found.append(_plain(text[end:]))


def _style(mark: re.Match[str]) -> str:
    if mark["url"]:
        return f"underline link {unescape(mark['url'])}"
    return "bold" if mark["bold"] else "cyan"


def _plain(text: str) -> str:
    return _emoji(unescape(text))


def _emoji(text: str) -> str:
    for name, sign in EMOJI.items():
        text = text.replace(name, sign)
    return text
