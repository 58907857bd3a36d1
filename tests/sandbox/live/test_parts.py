from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from sandbox.live import parts

PART = parts.Plugin("debezium-connector-mysql", "9.9.9")


def an_archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("debezium-connector-mysql/connector.jar")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"jar"))
    return buffer.getvalue()


class Registry:
    """Stands in for Maven: puts an archive into the folder it is told, and counts."""

    def __init__(self, content: bytes) -> None:
        self.content, self.fetched = content, 0

    def __call__(self, part: parts.Part, home: Path) -> None:
        self.fetched += 1
        home.mkdir(parents=True, exist_ok=True)
        (home / "plugin.tar.gz").write_bytes(self.content)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry(an_archive())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    checksums = tmp_path / "parts.sha256"
    checksums.write_text(f"{hashlib.sha256(made.content).hexdigest()}  {PART.name}/plugin.tar.gz\n")
    monkeypatch.setattr(parts, "CHECKSUMS", checksums)
    monkeypatch.setattr(parts, "_fetch_anew", made)
    return made


def test_a_part_is_fetched_once(registry: Registry) -> None:
    assert parts.archive(PART) == parts.archive(PART)
    assert registry.fetched == 1


def test_a_part_that_was_changed_in_the_cache_is_fetched_anew(registry: Registry) -> None:
    parts.archive(PART).write_bytes(b"something else")
    assert parts.archive(PART).read_bytes() == registry.content
    assert registry.fetched == 2


def test_a_part_that_is_not_what_was_locked_is_refused_by_name(registry: Registry) -> None:
    registry.content = b"something else"
    with pytest.raises(parts.PartMissing, match=r"debezium-connector-mysql-9\.9\.9: plugin\.tar\.gz in .* differ"):
        parts.fetch(PART)


@pytest.mark.usefixtures("registry")
def test_an_archive_is_unpacked_once() -> None:
    folder = parts.unpacked(PART)
    assert (folder / "connector.jar").read_bytes() == b"jar"
    assert parts.unpacked(PART) == folder


def test_every_part_has_its_checksums() -> None:
    locked = {line.split()[1].split("/")[0] for line in parts.CHECKSUMS.read_text().splitlines()}
    assert locked == {part.name for part in parts.ALL}
