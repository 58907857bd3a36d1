"""Custom plugins: the file in S3 becomes a folder that a worker loads."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path, PurePosixPath

from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends

from sandbox.aws.kafkaconnect.resources import CustomPlugin
from sandbox.aws.world import ACCOUNT
from sandbox.live.door.job import WorkFailed

BROKEN = "InvalidInput.CustomPluginContent"
"""The service's own codes are not documented."""


class Plugins:
    """Folders of plugins by ARN, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unpacked: dict[str, Path] = {}

    def take(self, plugin: CustomPlugin) -> None:
        """Fetch, check and unpack it. Raises WorkFailed."""
        content = _content(plugin)
        plugin.size, plugin.md5 = len(content), hashlib.md5(content, usedforsecurity=False).hexdigest()
        target = self._folder / f"{plugin.name}-{plugin.arn.rsplit('/', 1)[1]}"
        target.mkdir(parents=True)
        if plugin.content_type == "JAR":
            (target / "plugin.jar").write_bytes(content)
        else:
            _unpack(content, target)
        self._unpacked[plugin.arn] = target

    def folder_of(self, arn: str) -> Path:
        return self._unpacked[arn]


def _content(plugin: CustomPlugin) -> bytes:
    location = plugin.location["s3Location"]
    bucket, key = location["bucketArn"].rpartition(":")[2], location["fileKey"]
    try:
        found = s3_backends[ACCOUNT]["aws"].get_object(bucket, key, location.get("objectVersion"))
    except ServiceException as err:
        raise WorkFailed(BROKEN, f"s3://{bucket}/{key}: {err.message}") from err
    if found is None:
        raise WorkFailed(BROKEN, f"s3://{bucket}/{key}: The specified key does not exist.")
    return bytes(found.value)


def _unpack(content: bytes, target: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                    raise WorkFailed(BROKEN, f"The custom plugin has an entry outside of itself: {name}")
            archive.extractall(target)
    except (zipfile.BadZipFile, EOFError, OSError) as err:
        raise WorkFailed(BROKEN, f"The custom plugin is not a valid ZIP file: {err}") from err
