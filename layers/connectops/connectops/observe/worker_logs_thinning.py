"""What is kept of a log too long to be held: of statements alike that go on and on, the first and the last."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import Protocol

from connectops.observe.worker_logs_layouts import PROBLEM_LEVELS, Header

KEPT_AT_EACH_END = 100
_NUMBER = re.compile(r"\d+")


class Draft(Protocol):
    """A record that is still growing, see worker_logs_assembly."""

    @property
    def header(self) -> Header: ...

    @property
    def worker(self) -> str | None: ...


def thinned[D: Draft](drafts: Iterable[D]) -> list[D]:
    """Drafts without the middle of what was said again and again, but for numbers, while nothing else went wrong.

    Signs of life are what that is: when they began after a failure and when they were last seen is what they are for.
    """
    found: list[D] = []
    for is_problem, group in groupby(drafts, _is_problem):
        run = list(group)
        found += run if is_problem or len(run) <= 2 * KEPT_AT_EACH_END else _ends(run)
    return found


def _is_problem(draft: Draft) -> bool:
    return draft.header.level in PROBLEM_LEVELS or not draft.header.level


def _ends[D: Draft](run: list[D]) -> list[D]:
    places: dict[tuple[str | None, str, str], list[int]] = defaultdict(list)
    for place, draft in enumerate(run):
        places[draft.worker, draft.header.logger, _NUMBER.sub("", draft.header.message)].append(place)
    kept = {place for each in places.values() for place in (*each[:KEPT_AT_EACH_END], *each[-KEPT_AT_EACH_END:])}
    return [draft for place, draft in enumerate(run) if place in kept]
