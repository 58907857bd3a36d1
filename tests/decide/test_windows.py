"""Maintenance windows: both sides of each boundary, over changes of the clock, and those that never end."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectops.decide.windows import held_until, never_ends
from connectops.model import Window

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
BERLIN, NEW_YORK, KATHMANDU = "Europe/Berlin", "America/New_York", "Asia/Kathmandu"
NIGHTLY = Window(cron="0 2 * * *", zone=BERLIN, lasts=2 * HOUR)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-23 00:59:59", None),
        ("2026-11-23 01:00:00", "2026-11-23 03:00"),
        ("2026-11-23 02:59:59.999999", "2026-11-23 03:00"),
        ("2026-11-23 03:00:00", None),
        ("2026-07-23 00:30:00", "2026-07-23 02:00"),
        ("2026-07-23 02:00:00", None),
    ],
)
def test_a_window_opens_at_its_local_time_and_closes_when_it_has_lasted(at: str, until: str | None) -> None:
    assert held_until([NIGHTLY], utc(at)) == (utc(until) if until else None)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-29 00:59", None),
        ("2026-03-29 01:00", "2026-03-29 03:00"),
        ("2026-03-29 02:59", "2026-03-29 03:00"),
        ("2026-03-29 03:00", None),
    ],
)
def test_a_time_that_the_spring_skips_begins_when_the_clock_has_jumped(at: str, until: str | None) -> None:
    """02:00 in Berlin does not exist on that day: 01:59:59 is followed by 03:00, which is 01:00 UTC."""
    assert held_until([NIGHTLY], utc(at)) == (utc(until) if until else None)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-10-24 23:59", None),
        ("2026-10-25 00:00", "2026-10-25 02:00"),
        ("2026-10-25 01:30", "2026-10-25 02:00"),
        ("2026-10-25 02:00", None),
        ("2026-10-25 02:30", None),
    ],
)
def test_a_time_that_the_autumn_repeats_begins_once(at: str, until: str | None) -> None:
    """02:00 in Berlin is 00:00 UTC and 01:00 UTC on that day."""
    assert held_until([NIGHTLY], utc(at)) == (utc(until) if until else None)


def test_a_window_begun_in_the_hour_before_it_is_repeated_is_not_lost_in_it() -> None:
    late = Window(cron="45 2 * * *", zone=BERLIN, lasts=2 * HOUR)
    assert held_until([late], utc("2026-10-25 01:30")) == utc("2026-10-25 02:45")


def test_zones_of_any_offset_count() -> None:
    window = Window(cron="30 5 * * MON", zone=KATHMANDU, lasts=HOUR)
    assert held_until([window], utc("2026-11-22 23:45")) == utc("2026-11-23 00:45")
    assert held_until([window], utc("2026-11-23 23:45")) is None


@pytest.mark.parametrize(
    ("at", "until"),
    [("2026-11-30 23:59", None), ("2026-12-01 00:00", "2026-12-01 06:00"), ("2026-12-01 06:00", None)],
)
def test_a_window_without_cron_is_open_from_begin_to_until(at: str, until: str | None) -> None:
    once = Window(begin=utc("2026-12-01 00:00"), until=utc("2026-12-01 06:00"))
    assert held_until([once], utc(at)) == (utc(until) if until else None)


def test_a_window_with_until_alone_is_open_since_ever() -> None:
    assert held_until([Window(until=utc("2026-12-01 06:00"))], utc("2026-12-01 05:59")) == utc("2026-12-01 06:00")
    assert held_until([Window(until=utc("2026-12-01 06:00"))], utc("2026-12-01 06:00")) is None


def test_a_cron_window_recurs_no_longer_than_its_until() -> None:
    window = Window(cron="0 0 * * *", lasts=4 * HOUR, until=utc("2026-12-01 02:00"))
    assert held_until([window], utc("2026-12-01 01:00")) == utc("2026-12-01 02:00")
    assert held_until([window], utc("2026-12-02 01:00")) is None


def test_windows_that_touch_are_one() -> None:
    windows = [Window(cron="0 1 * * *", lasts=HOUR), Window(cron="0 2 * * *", lasts=HOUR)]
    assert held_until(windows, utc("2026-11-23 01:30")) == utc("2026-11-23 03:00")


def test_no_window_holds_nothing() -> None:
    assert held_until([], utc("2026-11-23")) is None


@pytest.mark.parametrize(
    "windows",
    [
        [Window(cron="* * * * *", lasts=MINUTE)],
        [Window(cron="0 0 * * *", lasts=24 * HOUR)],
        [Window(cron="0 0 * * *", lasts=12 * HOUR), Window(cron="0 12 * * *", lasts=12 * HOUR)],
        [Window(cron="0 0 * 1-6 *", lasts=25 * HOUR)],
        [Window(until=utc("2099-01-01"))],
        [Window(begin=utc("2027-06-01"), until=utc("2027-08-01"))],
    ],
)
def test_windows_that_hold_for_more_than_a_month_never_end(windows: list[Window]) -> None:
    assert never_ends(windows, utc("2026-11-23 12:00"))


@pytest.mark.parametrize(
    "windows",
    [
        [],
        [NIGHTLY],
        [Window(cron="* * * * *", lasts=MINUTE, until=utc("2026-11-24"))],
        [Window(cron="0 0 * * *", lasts=23 * HOUR + 59 * MINUTE)],
        [Window(cron="0 0 1 * *", lasts=24 * 20 * HOUR)],
        [Window(until=utc("2026-12-20"))],
    ],
)
def test_windows_that_leave_a_gap_end(windows: list[Window]) -> None:
    assert not never_ends(windows, utc("2026-11-23 12:00"))


@settings(max_examples=100, deadline=None)
@given(
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    lasts=st.integers(1, 20 * 60),
    zone=st.sampled_from(["UTC", BERLIN, NEW_YORK, KATHMANDU]),
)
def test_a_daily_window_is_open_exactly_while_its_last_begin_is_near(
    minutes: int, hour: int, minute: int, lasts: int, zone: str
) -> None:
    """Told from the wall clock of each day, in another way than the product does."""
    now, length = utc("2026-01-01") + minutes * MINUTE, timedelta(minutes=lasts)
    window = Window(cron=f"{minute} {hour} * * *", zone=zone, lasts=length)
    days = [now.astimezone(ZoneInfo(zone)).date() + timedelta(days=day) for day in (-2, -1, 0, 1)]
    begins = [_first_at_or_after(datetime.combine(day, time(hour, minute)), ZoneInfo(zone)) for day in days]
    ends = [begin + length for begin in begins if begin <= now < begin + length]
    assert held_until([window], now) == max(ends, default=None)


def _first_at_or_after(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of a wall time, or of the next minute that exists."""
    while True:
        moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            return moment
        wall += timedelta(minutes=1)
