"""A plugin as it is published (archive or folder of jars), and as MSK Connect wants it (a ZIP file)."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

_OLDEST_DATE = (1980, 1, 1, 0, 0, 0)


class Unreadable(Exception):
    """The source is nothing that a plugin comes in; the message says what was expected."""


def read(source: Path, at_most: int) -> dict[str, bytes]:
    """All files of a plugin by their path in it. Raises Unreadable, also when they have more than `at_most` bytes."""
    if not source.exists():
        raise Unreadable(f"{source}: there is no such file or folder")
    files: dict[str, bytes] = {}
    left = at_most
    try:
        for path, content in _contents(source):
            left -= len(content)
            if left < 0:
                raise Unreadable(f"{source}: more than {at_most >> 20} MB; is it the folder of a plugin?")
            files[_inside(path, source)] = content
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as err:
        raise Unreadable(f"{source}: {err}") from err
    if not files:
        raise Unreadable(f"{source}: it is empty")
    return files


def pack(files: Mapping[str, bytes]) -> bytes:
    """The ZIP file: the same files give the same bytes, on every machine.

    Nothing is compressed: jars are already, and compressors differ from machine to machine.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _OLDEST_DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _contents(source: Path) -> Iterator[tuple[str, bytes]]:
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(source).as_posix(), path.read_bytes()
    elif source.name.endswith((".tar.gz", ".tgz", ".tar")):
        yield from _unpacked(source)
    elif source.name.endswith(".zip"):
        with zipfile.ZipFile(source) as archive:
            for entry in (one for one in archive.infolist() if not one.is_dir()):
                yield entry.filename, archive.read(entry)
    elif source.name.endswith(".jar"):
        yield source.name, source.read_bytes()
    else:
        raise Unreadable(f"{source}: expected a folder of jars, a .tar.gz, a .zip or a .jar")


def _unpacked(source: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(source) as archive:
        for member in archive:
            if member.isfile() and (file := archive.extractfile(member)):
                yield member.name, file.read()


def _inside(path: str, source: Path) -> str:
    parts = PurePosixPath(path).parts
    if ".." in parts or path.startswith("/"):
        raise Unreadable(f"{source}: {path} points out of the archive")
    return "/".join(parts)
