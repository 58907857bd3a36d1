"""Where the demo is seen: a live table on a terminal, one line for each change anywhere else."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from sandbox.demo import table
from sandbox.demo.table import Row

PICTURE_WIDTH = 170
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""A picture in a page loads nothing from elsewhere."""


class Screen(Protocol):
    """A with block begins and ends it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, rows: Sequence[Row], seconds: float, remark: str) -> None: ...


class Terminal:
    """Redraws the table; what stands there last stays."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, rows: Sequence[Row], seconds: float, remark: str) -> None:
        self._live.update(Group(table.draw(rows), Text(f"{seconds:4.0f} s  {remark}", style="dim")), refresh=True)


class Lines:
    """Says what has changed, and each remark once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, Row] = {}
        self._remark = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to end."""

    def show(self, rows: Sequence[Row], seconds: float, remark: str) -> None:
        news = [row.line for row in table.changes(self._shown, rows)]
        if remark != self._remark:
            news.append(remark)
        for line in news:
            self._console.print(f"{seconds:4.0f} s  {line}", markup=False, highlight=False, soft_wrap=True)
        self._shown, self._remark = {row.connector: row for row in rows}, remark


def screen_for(console: Console) -> Screen:
    return Terminal(console) if console.is_terminal else Lines(console)


def draw_picture(picture: Path, rows: Sequence[Row]) -> None:
    """The table as SVG, for the documentation."""
    console = Console(record=True, width=PICTURE_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(table.draw(rows))
    picture.write_text(_FONT.sub("", console.export_svg(title="make demo")))
