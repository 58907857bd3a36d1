"""The failures that are made for real, one file a cause. Each file has SCENARIOS: the same cause on some stacks."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from sandbox.live.scenario import Scenario


class UnknownScenario(ValueError):
    """The text names what was asked for and what there is."""


def every() -> list[Scenario]:
    """All scenarios, in the order of their files' names."""
    found: list[Scenario] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        found += importlib.import_module(f"{__name__}.{module.name}").SCENARIOS
    return found


def chosen(names: Iterable[str], stacks: Iterable[str], *, often: bool) -> list[Scenario]:
    """Those that are named by id or by cause and run on these stacks; none named means all. Raises UnknownScenario."""
    there, wanted, on = every(), set(names), set(stacks)
    if strange := wanted - {name for one in there for name in (one.id, one.name)}:
        raise UnknownScenario(f"there is no {', '.join(sorted(strange))}; there are {', '.join(o.id for o in there)}")
    return [
        one
        for one in there
        if (not wanted or wanted & {one.id, one.name}) and (not on or one.stack in on) and (one.often or not often)
    ]
