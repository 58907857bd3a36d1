"""The knowledge in the repository is what the real connectors say: run with `-m live`, about 20 s."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.live import knowledge


@pytest.mark.live
def test_the_connectors_say_today_what_is_written_down(tmp_path: Path) -> None:
    knowledge.write(tmp_path)
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_text() for path in knowledge.FOLDER.glob("*.json")}
