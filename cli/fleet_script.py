"""The script of a made fleet: what happens when, and to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase

from cli.made_fleet import Cause, Event, Happening, MadeConnector
from cli.written import is_said, lasting, only, read, since_begin, text_of
from connectops.decide.catalogue import BY_ID
from connectops.decide.moments import A_DURATION, duration
from connectops.decide.policy_yaml import Place, entries, items
from connectops.model import ConnectorId, OrderKind, SharedSource

APART = timedelta(seconds=30)
ACK_LASTS = timedelta(hours=4)
"""As `connectops ack` without a duration."""

_CAUSE = ("class", "lines")
_KEYS = {
    Event.TASK_DIES: (*_CAUSE, "restart-helps", "heals-after"),
    Event.CONNECTOR_FAILS: (*_CAUSE, "restart-helps", "heals-after"),
    Event.FALLS_SILENT: (*_CAUSE, "restart-helps", "heals-after"),
    Event.SOURCE_AWAY: (*_CAUSE, "source", "for", "within"),
    Event.LOGS: _CAUSE,
    Event.ORDERED: ("order", "for", "force"),
    Event.UPDATING: ("for",),
    Event.REBALANCING: ("for",),
    Event.UNSEEN: ("for",),
}
_EXPECTED = {
    "at": "how long after the begin: 0, 90s, 10m or 2h",
    "event": f"one of {', '.join(Event)}",
    "order": f"one of {', '.join(OrderKind)}",
}


def read_script(
    listed: Place | None, connectors: Sequence[MadeConnector], lasts: timedelta | None, problems: list[str]
) -> Iterator[Happening]:
    """What happens within the time that the fleet `lasts` (None: as long as the script needs)."""
    for entry in items(listed, problems, "a list of entries with `at` and `event`") if listed else ():
        happening = _happening(entry, connectors, problems)
        if happening is None:
            continue
        if lasts is not None and happening.at > lasts:
            problems.append(entry.problem("comes after the end, expected no later than what lasts says"))
        yield happening


def _happening(entry: Place, connectors: Sequence[MadeConnector], problems: list[str]) -> Happening | None:
    found = entries(entry, problems)
    at = read(found.get("at"), since_begin, _EXPECTED["at"], problems)
    event = read(found.get("event"), {str(each): each for each in Event}.get, _EXPECTED["event"], problems)
    missing = [key for key in ("at", "event") if key not in found]
    problems += [entry.problem(f"has no {key}, expected {_EXPECTED[key]}") for key in missing]
    if event is None or at is None:
        return None
    whom = "source" if event is Event.SOURCE_AWAY else "connectors"
    only(found, ("at", "event", whom, *_KEYS.get(event, ())), problems)
    source, to = _whom(event, found, entry, connectors, problems)
    lasts, cause = lasting(found.get("for"), problems), _cause(found, problems)
    problems += [entry.problem(said) for said in _missing(event, found)]
    helps_after = lasts if event is Event.SOURCE_AWAY else _helps(found.get("restart-helps"), problems)
    heals_after = lasting(found.get("heals-after"), problems)
    within = lasting(found.get("within"), problems) or APART
    order = read(found.get("order"), {str(each): each for each in OrderKind}.get, _EXPECTED["order"], problems)
    lasts = lasts or (ACK_LASTS if order is OrderKind.ACK else None)
    force = is_said(found.get("force"), problems)
    return Happening(at, event, to, source, cause, lasts, helps_after, heals_after, within, order, force)


def _missing(event: Event, found: dict[str, Place]) -> Iterator[str]:
    if event is Event.ORDERED and "order" not in found:
        yield f"has no order, expected {_EXPECTED['order']}"
    held = text_of(found.get("order")) in (OrderKind.HOLD, OrderKind.SILENCE)
    must_last = held if event is Event.ORDERED else "for" in _KEYS.get(event, ())
    if must_last and "for" not in found:
        yield f"has no for, expected how long: {A_DURATION}"
    if event in (Event.LOGS, Event.FALLS_SILENT) and not {"class", "lines"} & found.keys():
        yield "has no class and no lines, expected one of them: what the worker says"


def _whom(
    event: Event,
    found: dict[str, Place],
    entry: Place,
    connectors: Sequence[MadeConnector],
    problems: list[str],
) -> tuple[SharedSource | None, tuple[ConnectorId, ...]]:
    """What is away, and to whom it happens."""
    if event is not Event.SOURCE_AWAY:
        return None, tuple(_named(found.get("connectors"), entry, connectors, problems))
    source = _source(found.get("source"), entry, connectors, problems)
    return source, tuple(connector.id for connector in connectors if source in connector.shares)


def _cause(found: dict[str, Place], problems: list[str]) -> Cause:
    said, lines = found.get("class"), found.get("lines")
    if said and lines:
        problems.append(lines.problem("stands beside class, expected one of them"))
    if said and (said.text not in BY_ID or BY_ID[said.text].is_noise):
        near = get_close_matches((said.text or "").upper(), BY_ID, 1)
        hint = f"{near[0]}?" if near else "one that `connectops explain -` lists"
        problems.append(said.expected(f"a failure class, {hint}"))
    if lines and not (lines.text or "").strip():
        problems.append(lines.expected("lines of a worker log"))
    return Cause(text_of(said), tuple((text_of(lines) or "").splitlines()))


def _helps(place: Place | None, problems: list[str]) -> timedelta | None:
    """From when on a restart cures it; None never."""
    if place is None or place.text == "yes":
        return timedelta(0)
    if place.text == "no":
        return None
    return read(place, duration, f"yes, no, or from when on: {A_DURATION}", problems)


def _source(
    place: Place | None, entry: Place, connectors: Sequence[MadeConnector], problems: list[str]
) -> SharedSource | None:
    known = {source.key: source for connector in connectors for source in connector.shares}
    if place is None:
        problems.append(entry.problem("has no source, expected what connectors share, such as database:db-1"))
    elif place.text not in known:
        what = f"what a connector shares: {', '.join(sorted(known)[:10])}" if known else "what a connector shares"
        problems.append(place.expected(what))
    return known.get(place.text or "") if place else None


def _named(
    place: Place | None, entry: Place, connectors: Sequence[MadeConnector], problems: list[str]
) -> Iterator[ConnectorId]:
    if place is None:
        problems.append(entry.problem("has no connectors, expected a glob such as msk/orders-*, or a list of them"))
        return
    chosen: dict[ConnectorId, None] = {}
    for each in items(place, problems, "a glob or a list of globs") if place.is_list else (place,):
        matching = [made.id for made in connectors if fnmatchcase(made.id.key, each.text or "")]
        if not matching:
            problems.append(each.expected("a glob on cluster/name that one of the connectors matches"))
        chosen |= dict.fromkeys(matching)
    yield from chosen
