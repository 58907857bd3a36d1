"""Unpacks code and layers once per content."""

from __future__ import annotations

import hashlib
import io
import shutil
import threading
import zipfile
from pathlib import Path

_lock = threading.Lock()


def unpack(archives: tuple[bytes, ...], into: Path) -> Path:
    """The folder that holds the files of all archives, later ones on top. Permissions are kept."""
    digest = hashlib.sha256(b"".join(hashlib.sha256(archive).digest() for archive in archives)).hexdigest()[:24]
    folder = into / digest
    with _lock:
        if not folder.exists():
            unfinished = into / f"{digest}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            for archive in archives:
                _extract(archive, unfinished)
            unfinished.rename(folder)
    return folder


def _extract(archive: bytes, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        for info in zipped.infolist():
            written = Path(zipped.extract(info, folder))
            mode = info.external_attr >> 16
            if mode and not info.is_dir():
                written.chmod(mode & 0o777 | 0o400)
