"""Maintenance windows: whether a moment is within one, and until when; and whether windows ever end.

Cron times are local times of the window's zone. A time that a change to summer time skips begins when the clock has
jumped, one that a change back repeats begins once, the first time (as in Debian's cron). A window lasts as long as it
says, whatever the clock does meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectops.model import Window

LONGEST = timedelta(days=31)
"""Held for longer than this without a break, a connector is not maintained but given up: `restart: off` says that."""
_LOOKS_AHEAD = 366
_FIELDS = 5


def held_until(windows: Iterable[Window], now: datetime, ahead: timedelta = timedelta(days=1)) -> datetime | None:
    """When the windows that are open at `now` leave a gap; None if none is open.

    Windows that touch are one. Whoever asks again in time need not know an end that is further `ahead`.
    """
    windows = tuple(windows)
    end = now
    while end - now <= ahead:
        later = max((until for window in windows if (until := _open_until(window, end))), default=end)
        if later <= end:
            break
        end = later
    return end if end > now else None


def never_ends(windows: Iterable[Window], now: datetime) -> bool:
    """Whether the windows hold for longer than `LONGEST` without a break, at any time of the coming year."""
    windows = tuple(windows)
    days = (datetime.combine(now.date() + timedelta(days=day), time(), UTC) for day in range(_LOOKS_AHEAD))
    ends = ((at, held_until(windows, at, LONGEST)) for at in (now, *days))
    return any(end is not None and end - at > LONGEST for at, end in ends)


def _open_until(window: Window, now: datetime) -> datetime | None:
    """When this window, open at `now`, ends; None if it is not open."""
    begin = window.begin if window.cron is None else _last_time(window.cron, window.zone, now)
    if window.cron is None:
        end = window.until
        begin = begin or datetime.min.replace(tzinfo=UTC)
    elif begin is not None:
        end = min(begin + window.lasts, window.until or datetime.max.replace(tzinfo=UTC))
    return end if begin is not None and end is not None and begin <= now < end else None


def _last_time(cron: str, zone: str, now: datetime) -> datetime | None:
    """The latest time of a cron expression that is not after `now`, in UTC; None if there was none in 50 years."""
    from cronsim import CronSim  # only deployments with windows need it

    local = now.astimezone(ZoneInfo(zone))
    # A wall clock that was set back shows times for the second time; those of the first time are past, too.
    begin = local.replace(fold=0, microsecond=1) + timedelta(hours=local.fold)
    for at in CronSim(cron, begin, reverse=True):
        past = at.astimezone(UTC)
        if past <= now:
            return past
    return None


def fault_of_cron(cron: str, zone: str, now: datetime) -> str | None:
    """Why a text is no usable cron expression; None if it is one."""
    from cronsim import CronSim, CronSimError

    if len(cron.split()) != _FIELDS:
        return "has not five fields, expected minute hour day month weekday"
    try:
        comes = next(CronSim(cron, now.astimezone(ZoneInfo(zone))), None)
    except CronSimError as err:
        part = str(err).removeprefix("Bad ")
        return f"is not possible: the {part} is wrong, or the months have no such day"
    return None if comes else "never comes"


def is_zone(name: str) -> bool:
    """Whether the time zone database has it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
