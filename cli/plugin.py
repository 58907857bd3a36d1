"""`connectops plugin pack`: a connector as it is published becomes a custom plugin of MSK Connect."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli import plugin_archive, plugin_jars

if TYPE_CHECKING:
    from mypy_boto3_kafkaconnect import KafkaConnectClient
    from mypy_boto3_kafkaconnect.type_defs import CustomPluginSummaryTypeDef
    from mypy_boto3_s3 import S3Client

AT_MOST_MB = 500
"""AWS documents no limit; this one keeps a folder from being packed that is no plugin."""

JAVA_OF_CONNECT = {"2.7.1": 11, "3.7.x": 17}
"""The Java of each version that MSK Connect offers: "Create custom plugins" in its developer guide."""

_ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip", ".jar", "-plugin")


class NotRegistered(Exception):
    """MSK Connect has not taken the plugin; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A plugin in the form of MSK Connect; `name` ends with the beginning of its checksum."""

    name: str
    content: bytes
    inspection: plugin_jars.Inspection


def run(source: Path, bucket: str, *, name: str | None, register: bool, allow_conflicts: bool, as_json: bool) -> int:
    """Pack, check, upload and, if asked, register; the exit code. The answer goes to standard output."""
    try:
        packed = pack(source, name)
        found = packed.inspection
        problems = found.problems if allow_conflicts else found.problems + found.conflicts
        warnings = found.conflicts + found.warnings if allow_conflicts else found.warnings
        sys.stderr.writelines(f"warning: {warning}\n" for warning in warnings)
        if problems:
            sys.stderr.writelines(f"{source}: {problem}\n" for problem in problems)
            return 1
        session = boto3.Session()
        key = upload(session.client("s3"), bucket, packed)
        arn = None
        if register:
            partition = session.get_partition_for_region(session.region_name or "us-east-1")
            location = (f"arn:{partition}:s3:::{bucket}", key)
            arn = register_plugin(session.client("kafkaconnect"), packed, *location, time.sleep)
    except (plugin_archive.Unreadable, NotRegistered, BotoCoreError, ClientError) as err:
        sys.stderr.write(f"{err}\n")
        return 1
    _tell(packed, f"s3://{bucket}/{key}", arn, as_json=as_json)
    return 0


def pack(source: Path, name: str | None = None) -> Packed:
    """Raises plugin_archive.Unreadable."""
    files = plugin_archive.read(source, AT_MOST_MB << 20)
    content = plugin_archive.pack(files)
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Packed(f"{_plain(name or source.resolve().name)[:115]}-{digest}", content, plugin_jars.inspect(files))


def upload(s3: S3Client, bucket: str, packed: Packed) -> str:
    """The key of the ZIP file, which is uploaded unless it is there. Raises ClientError."""
    key = f"connect-plugins/{packed.name}.zip"
    try:
        if s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(packed.content):
            return key
    except ClientError as err:
        if err.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):  # 403: may not list what is absent
            raise
    s3.put_object(Bucket=bucket, Key=key, Body=packed.content, ContentType="application/zip")
    return key


def register_plugin(
    connect: KafkaConnectClient,
    packed: Packed,
    bucket_arn: str,
    key: str,
    sleep: Callable[[float], None],
    patience: int = 120,
) -> str:
    """The ARN of the ACTIVE custom plugin with this content: the one that exists, else a new one.

    `patience` is how often its state is looked at, every five seconds. Raises NotRegistered and ClientError.
    """
    arn = _existing(connect, packed)
    if arn is None:
        arn = connect.create_custom_plugin(
            name=packed.name,
            contentType="ZIP",
            description=", ".join(packed.inspection.connectors)[:1024],
            location={"s3Location": {"bucketArn": bucket_arn, "fileKey": key}},
        )["customPluginArn"]
    for _ in range(patience):
        plugin = connect.describe_custom_plugin(customPluginArn=arn)
        state = plugin["customPluginState"]
        if state == "ACTIVE":
            return arn
        if state not in ("CREATING", "UPDATING"):
            reason = plugin.get("stateDescription", {}).get("message", "MSK Connect gives no reason")
            raise NotRegistered(f"custom plugin {packed.name} is {state}: {reason}. Delete {arn}, then try again")
        sleep(5)
    raise NotRegistered(f"custom plugin {packed.name} is still not ACTIVE after {patience * 5} s: {arn}")


def _existing(connect: KafkaConnectClient, packed: Packed) -> str | None:
    checksum = hashlib.md5(packed.content, usedforsecurity=False).hexdigest()

    def same(plugin: CustomPluginSummaryTypeDef) -> bool:
        told = plugin.get("latestRevision", {}).get("fileDescription", {}).get("fileMd5")
        return plugin["name"] == packed.name or (told == checksum and plugin["customPluginState"] == "ACTIVE")

    pages = connect.get_paginator("list_custom_plugins").paginate()
    return next((plugin["customPluginArn"] for page in pages for plugin in page["customPlugins"] if same(plugin)), None)


def _tell(packed: Packed, place: str, arn: str | None, *, as_json: bool) -> None:
    java = packed.inspection.java
    told: dict[str, Any] = {
        "name": packed.name,
        "connectors": packed.inspection.connectors,
        "java": java,
        "kafkaConnectVersions": [version for version, has in JAVA_OF_CONNECT.items() if has >= java],
        "bytes": len(packed.content),
        "location": place,
        "customPluginArn": arn,
    }
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return
    for label, value in told.items():
        if value is not None:
            shown = ", ".join(value) if isinstance(value, list | tuple) else value
            sys.stdout.write(f"{label:<21} {shown}\n")


def _plain(name: str) -> str:
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "plugin"
