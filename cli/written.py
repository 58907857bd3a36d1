"""Values of a file as people write them: read as what is expected, or a problem by line and key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from difflib import get_close_matches

from connectops.decide.moments import A_DURATION, duration
from connectops.decide.policy_yaml import Place, entries

LONGEST = timedelta(days=31)


def only(found: dict[str, Place], known: Sequence[str], problems: list[str]) -> None:
    problems += [place.problem(unknown(key, known)) for key, place in found.items() if key not in known]


def unknown(key: str, known: Sequence[str]) -> str:
    near = get_close_matches(key.replace("_", "-"), known, 1)
    return f"is not known, expected {near[0]}?" if near else f"is not known, expected one of {', '.join(known)}"


def text_of(place: Place | None) -> str | None:
    return place.text if place else None


def texts(place: Place | None, problems: list[str]) -> dict[str, str]:
    """A mapping of texts, as a configuration or tags are."""
    found: dict[str, str] = {}
    for key, value in entries(place, problems).items() if place else ():
        if value.text is None:
            problems.append(value.expected("a text"))
        else:
            found[key] = value.text
    return found


def read[Value](
    place: Place | None, read: Callable[[str], Value | None], expected: str, problems: list[str]
) -> Value | None:
    """What a place says, None where it is absent or not understood."""
    found = read(place.text or "") if place else None
    if place and found is None:
        problems.append(place.expected(expected))
    return found


def is_said(place: Place | None, problems: list[str]) -> bool:
    return bool(read(place, {"yes": True, "no": False}.get, "yes or no", problems))


def lasting(place: Place | None, problems: list[str], least: timedelta = timedelta(0)) -> timedelta | None:
    def bounded(text: str) -> timedelta | None:
        found = duration(text)
        return found if found and least <= found <= LONGEST else None

    bounds = f"{LONGEST.days}d at most" + (f", {least.total_seconds():g}s at least" if least else "")
    return read(place, bounded, f"{A_DURATION}, {bounds}", problems)


def since_begin(text: str) -> timedelta | None:
    """How long after the begin; at once is a time, too."""
    found = timedelta(0) if text.strip() in ("0", "0s", "0m") else duration(text)
    return found if found is not None and found <= LONGEST else None


def whole(place: Place | None, problems: list[str], *, least: int, most: int) -> int | None:
    def number(text: str) -> int | None:
        found = int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else -1
        return found if least <= found <= most else None

    return read(place, number, f"a whole number from {least} to {most}", problems)
