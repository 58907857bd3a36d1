"""The history of an incident: what was seen, decided, done, told and ordered, with times; bounded, for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.model import Incident, TimelineEntry

FIRST_KEPT, LAST_KEPT = 20, 80
"""How it began says most, then how it stands; what lies between is left out first."""
TEXT_KEPT = 600
SAID_AGAIN = 4
"""One round of claim, refusal and wait has three entries; a busy platform goes round once a minute."""


def noted(incident: Incident, now: datetime, what: str, why: str) -> Incident:
    """The incident with one more entry; what is said again and again stands there once."""
    why = shortened(why)
    if any((last.what, last.why) == (what, why) for last in incident.timeline[-SAID_AGAIN:]):
        return incident
    return appended(incident, now, what, why)


def appended(incident: Incident, now: datetime, what: str, why: str) -> Incident:
    """The incident with one more entry, even if the same was said just before."""
    entries = (*incident.timeline, TimelineEntry(now, what, shortened(why)))
    over = max(len(entries) - FIRST_KEPT - LAST_KEPT, 0)
    kept = entries[:FIRST_KEPT] + entries[FIRST_KEPT + over :]
    return replace(incident, timeline=kept, left_out=incident.left_out + over)


def shortened(text: str) -> str:
    return text if len(text) <= TEXT_KEPT else text[: TEXT_KEPT - 1] + "…"
