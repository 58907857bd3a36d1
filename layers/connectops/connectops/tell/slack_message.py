"""A notice as a Slack message in Block Kit; pure.

Limits are Slack's (https://docs.slack.dev/reference/block-kit/blocks): header 150, section 3000, field 2000 characters.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from connectops.model import Change, Notice, Severity
from connectops.tell.wording import CAUSE, cut, facts, paragraphs, stamp

HEADER_LENGTH = 150
SECTION_LENGTH = 3000
FIELD_LENGTH = 2000
FALLBACK_LENGTH = 1000

_EMOJI = {Severity.PAGE: ":rotating_light:", Severity.WARNING: ":warning:", Severity.INFO: ":information_source:"}
_RESOLVED = ":white_check_mark:"
_BROKEN_ENTITY = re.compile("&[a-z]{0,3}$")

type Block = dict[str, Any]


def render(notice: Notice) -> dict[str, Any]:
    """The body for an incoming webhook; `text` is what notifications and screen readers get."""
    emoji = _RESOLVED if notice.change is Change.RESOLVED else _EMOJI[notice.severity]
    headline = f"{emoji} {notice.title}"
    sections = [_paragraph(heading, text) for heading, text in paragraphs(notice)]
    blocks = [_header(headline), _facts(notice), *sections, _footer(notice)]
    return {"text": _escape(f"{headline}. {notice.next_step}", FALLBACK_LENGTH), "blocks": blocks}


def _header(headline: str) -> Block:
    text = _escape(" ".join(headline.split()), HEADER_LENGTH)
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": True}}


def _facts(notice: Notice) -> Block:
    fields = [f"*{label}*\n{_escape(value, FIELD_LENGTH - 200)}" for label, value in facts(notice)]
    utc, local = stamp(notice.since), _date(notice.since)
    return {"type": "section", "fields": [_mrkdwn(field.replace(utc, local, 1)) for field in fields]}


def _paragraph(heading: str, text: str) -> Block:
    if heading == CAUSE:
        text = f"```\n{_escape(text.strip().replace('```', "'''"), SECTION_LENGTH - 100)}\n```"
    else:
        text = _escape(text.strip(), SECTION_LENGTH - 100)
    return {"type": "section", "text": _mrkdwn(f"*{heading}*\n{text}")}


def _footer(notice: Notice) -> Block:
    said = [_link("Worker log", notice.links.logs), _link("Runbook", notice.links.runbook)]
    said.append(f"Incident {_escape(notice.incident_id, 200)}")
    return {"type": "context", "elements": [_mrkdwn("  ·  ".join(part for part in said if part))]}


def _link(label: str, target: str | None) -> str:
    if not target:
        return ""
    if target.startswith("https://"):
        return f"<{_escape(target, 1000).replace('|', '%7C')}|{label}>"
    return f"{label}: `{_escape(target, 300)}`"


def _date(at: datetime) -> str:
    """Slack shows it in the reader's own time zone, and the text behind the bar where it cannot."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time_secs}}|{stamp(at)}>"


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def _escape(text: str, length: int) -> str:
    """Text as Slack wants it (https://docs.slack.dev/messaging/formatting-message-text#escaping), `length` at most.

    It is cut after escaping, because the limit counts the escaped characters, but never within `&amp;`.
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= length:
        return escaped
    return _BROKEN_ENTITY.sub("", cut(escaped, length)[:-1]) + "…"
