"""What is known to be true of a recorded incident, from its scenario.json (see tests/samples/README.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from connectops.model import Verdict


@dataclass(frozen=True, slots=True)
class Label:
    """The truth about one recording. `classes` name it rightly; without any no name is asked for."""

    sample: str
    connector: str
    title: str
    connect_version: str
    verdict: Verdict
    acceptable: frozenset[Verdict]
    classes: frozenset[str]
    state_after_fault: str
    self_healed: bool
    restart_after_mending: str

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises OSError, ValueError and KeyError where the folder holds no recording of a connector."""
        told = json.loads((folder / "scenario.json").read_text())
        return cls(
            sample=told["id"],
            connector=told["connector"],
            title=told["title"],
            connect_version=told["stack"]["connect"],
            verdict=Verdict(told["verdict"]),
            acceptable=frozenset(Verdict(name) for name in told["acceptable_verdicts"]),
            classes=frozenset(name for name in (told["class"], *told["acceptable_classes"]) if name),
            state_after_fault=told["state_after_fault"],
            self_healed=bool(told["self_healed"]),
            restart_after_mending=told["restart_after_mending"] or "not applicable",
        )

    def flipped(self) -> Self:
        """The same recording with a verdict that is not true of it: a demo that believes it has to fail."""
        wrong = Verdict.RESTART_NOW if self.verdict is Verdict.DO_NOT_RESTART else Verdict.DO_NOT_RESTART
        return replace(self, verdict=wrong, acceptable=frozenset(), self_healed=False)
