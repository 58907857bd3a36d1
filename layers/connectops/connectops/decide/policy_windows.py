"""A maintenance window as a policy file says it: `cron`, `zone` and `duration`, or `from` and `until`."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectops.decide.moments import A_MOMENT, duration, moment
from connectops.decide.policy_yaml import Place, entries
from connectops.decide.windows import LONGEST, fault_of_cron, is_zone
from connectops.model import Window

KEYS = ("cron", "zone", "duration", "from", "until")
_A_LENGTH = f"a duration of 1m to {LONGEST.days}d, such as 90m or 4h"


def read_window(place: Place, problems: list[str], now: datetime) -> Window | None:
    """The window, or None with its problems told."""
    before = len(problems)
    known = entries(place, problems)
    unknown = f"is not known, expected one of {', '.join(KEYS)}"
    problems += [known[key].problem(unknown) for key in known if key not in KEYS]
    begin, until = _moment(known.get("from"), problems), _moment(known.get("until"), problems)
    if "cron" in known:
        window = _recurring(place, known, problems, now, until)
    else:
        window = _once(place, known, problems, begin, until)
    return window if len(problems) == before else None


def _recurring(
    place: Place, known: dict[str, Place], problems: list[str], now: datetime, until: datetime | None
) -> Window:
    zone = _zone(known.get("zone"), problems)
    cron = _cron(known["cron"], zone, problems, now)
    if "duration" not in known:
        problems.append(place.problem(f"has a cron and no duration, expected {_A_LENGTH}"))
    if "from" in known:
        problems.append(known["from"].problem("does not go with cron, expected cron, zone, duration and until"))
    lasts = _length(known.get("duration"), problems)
    return Window(cron=cron, zone=zone, lasts=lasts, until=until)


def _once(
    place: Place, known: dict[str, Place], problems: list[str], begin: datetime | None, until: datetime | None
) -> Window:
    if "until" not in known:
        problems.append(place.problem("has neither cron nor until: a window has to end"))
    stray = known.keys() & {"zone", "duration"}
    problems += [known[key].problem("does not go without cron, expected from and until") for key in sorted(stray)]
    if begin and until and until <= begin:
        problems.append(known["until"].problem("is not after from"))
    return Window(begin=begin, until=until)


def _moment(place: Place | None, problems: list[str]) -> datetime | None:
    at = moment(place.text or "") if place else None
    if place and at is None:
        problems.append(place.expected(A_MOMENT))
    return at


def _zone(place: Place | None, problems: list[str]) -> str:
    zone = place.text or "" if place else "UTC"
    if place and not is_zone(zone):
        problems.append(place.expected("a name of the IANA time zone database, such as Europe/Berlin"))
        return "UTC"
    return zone


def _cron(place: Place, zone: str, problems: list[str], now: datetime) -> str:
    cron = place.text or ""
    if fault := fault_of_cron(cron, zone, now):
        problems.append(place.problem(f"{cron!r} {fault}"))
    return cron


def _length(place: Place | None, problems: list[str]) -> timedelta:
    lasts = duration(place.text or "") if place else None
    if place and (lasts is None or not timedelta(minutes=1) <= lasts <= LONGEST):
        problems.append(place.expected(_A_LENGTH))
    return lasts or timedelta(0)
