"""The project runs wherever it is cloned: no file of it names a place on somebody's machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.template.stack import ROOT

RECORDED = ROOT / "tests" / "samples"
"""Lines of real workers, as they were: they name the machines they came from."""
A_MACHINE_S = re.compile(rb"(?<![\w.$}/-])/(?:home|root|Users|work|mnt|srv|tmp|var/tmp)/\w")


def files() -> Iterator[Path]:
    """Everything but what is made (hidden folders, bytecode, package metadata) and what was recorded."""
    for folder, folders, names in ROOT.walk():
        folders[:] = [
            name
            for name in folders
            if name == ".ci" or (not name.startswith(".") and name != "__pycache__" and not name.endswith(".egg-info"))
        ]
        if folder == RECORDED:
            folders.clear()
        else:
            yield from (folder / name for name in names)


def test_no_file_names_a_place_on_a_machine():
    names = [str(path.relative_to(ROOT)) for path in files() if A_MACHINE_S.search(path.read_bytes())]
    assert names == []


def test_the_files_of_every_room_are_looked_at():
    seen = set(files())
    assert {ROOT / "Makefile", ROOT / "template.yaml", ROOT / "layers/connectops/connectops/model.py"} <= seen
