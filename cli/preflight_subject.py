"""What preflight looks at: a connector's configuration and what is known of the place where it shall run."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import preflight_template

_VERSION_IN_NAME = re.compile(r"(?<!\d)(\d+)[.-](\d+)[.-](\d+)[.-]?Final", re.IGNORECASE)
_PORTS = {"9098": ("IAM", "TLS"), "9198": ("IAM", "TLS"), "9094": ("NONE", "TLS"), "9096": ("SCRAM", "TLS")}
"""Ports of Amazon MSK: how clients authenticate, and the encryption."""


class BadInput(Exception):
    """The input is nothing that preflight can look at; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One connector. None stands for what the input does not say.

    `capacity`, `plugins`, `role` and so on are those of CreateConnector; `worker` are the worker's properties.
    """

    source: str
    configuration: dict[str, str]
    not_text: dict[str, str] = field(default_factory=dict)
    """Properties whose value is no text, with what it is instead."""
    name: str | None = None
    debezium: str | None = None
    connect: str | None = None
    authentication: str | None = None
    encryption: str | None = None
    workers_at_most: int | None = None
    autoscaled: bool = False
    worker: dict[str, str] | None = None
    logs: bool | None = None
    role: preflight_template.Role | None = None
    subnets: int | None = None
    on_msk: bool = False


def read(path: Path) -> list[Subject]:
    """The connectors in a file: JSON (three forms), properties, or a CloudFormation template. Raises BadInput."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as err:
        raise BadInput(f"{path}: cannot be read: {err}") from err
    if not text.strip():
        raise BadInput(f"{path}: it is empty; expected a connector's configuration")
    if path.suffix == ".json" or text.lstrip().startswith(("{", "[")):
        return [_from_json(path, text)]
    if path.suffix in (".yaml", ".yml", ".template"):
        return [
            from_api(told, f"{path}: {name}", role) for name, told, role in preflight_template.connectors(path, text)
        ]
    return [_with_properties(str(path), properties(path, text))]


def from_api(told: Mapping[str, Any], source: str, role: preflight_template.Role | None = None) -> Subject:
    """From what CreateConnector takes or DescribeConnector tells; `workerProperties` is text, if it is there."""
    configuration, not_text = _texts(told.get("connectorConfiguration") or {})
    capacity = told.get("capacity") or {}
    scaling, provisioned = capacity.get("autoScaling"), capacity.get("provisionedCapacity") or {}
    logs = (told.get("logDelivery") or {}).get("workerLogDelivery") or {}
    vpc = ((told.get("kafkaCluster") or {}).get("apacheKafkaCluster") or {}).get("vpc") or {}
    worker = told.get("workerProperties")
    return Subject(
        source=source,
        configuration=configuration,
        not_text=not_text,
        name=told.get("connectorName"),
        debezium=_version_of(told.get("plugins") or ()),
        connect=told.get("kafkaConnectVersion"),
        authentication=(told.get("kafkaClusterClientAuthentication") or {}).get("authenticationType"),
        encryption=(told.get("kafkaClusterEncryptionInTransit") or {}).get("encryptionType"),
        workers_at_most=(scaling or {}).get("maxWorkerCount") or provisioned.get("workerCount"),
        autoscaled=bool(scaling),
        worker=properties(Path(source), worker) if isinstance(worker, str) else {},
        logs=str((logs.get("cloudWatchLogs") or {}).get("enabled")).lower() == "true",
        role=role,
        subnets=len(vpc["subnets"]) if isinstance(vpc.get("subnets"), list) else None,
        on_msk=True,
    )


def decoded(content: str) -> str:
    """The text of `propertiesFileContent`, which is base64. Raises BadInput."""
    try:
        return base64.b64decode(content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as err:
        raise BadInput(f"the worker configuration is not base64 text: {err}") from err


def properties(path: Path, text: str) -> dict[str, str]:
    """Java's properties: `key=value` or `key: value` lines, a backslash at the end joins lines. Raises BadInput."""
    found: dict[str, str] = {}
    joined = re.sub(r"\\\r?\n[ \t]*", "", text)
    for number, line in enumerate(joined.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "!")):
            continue
        matched = re.fullmatch(r"([^=:\s]+)\s*[=:]\s?(.*)", line.lstrip())
        if matched is None:
            raise BadInput(f"{path}: line {number} is no `name=value`")
        found[matched[1]] = matched[2]
    return found


def _from_json(path: Path, text: str) -> Subject:
    try:
        told = json.loads(text, object_pairs_hook=_once)
    except ValueError as err:
        raise BadInput(f"{path}: not JSON: {err}") from err
    if not isinstance(told, dict) or not told:
        raise BadInput(f"{path}: expected a JSON object with a connector's configuration")
    if isinstance(told.get("connectorConfiguration"), dict):
        return from_api(told, str(path))
    inner = told.get("config", told)
    if not isinstance(inner, dict):
        raise BadInput(f"{path}: `config` is no object")
    return _with_properties(str(path), inner, told.get("name"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} is there twice")
    return found


def _with_properties(source: str, given: Mapping[str, Any], name: Any = None) -> Subject:
    configuration, not_text = _texts(given)
    servers = next((value for key, value in configuration.items() if key.endswith(".kafka.bootstrap.servers")), "")
    port = servers.split(",")[0].rpartition(":")[2].strip()
    authentication, encryption = _PORTS.get(port, (None, None))
    return Subject(source, configuration, not_text, name=name, authentication=authentication, encryption=encryption)


def _texts(given: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    texts: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, value in given.items():
        if isinstance(value, bool | int | float):  # Connect's REST API takes these as the text they stand for
            texts[name] = json.dumps(value)
        elif isinstance(value, str):
            texts[name] = value
        else:
            others[name] = {dict: "an object", list: "a list", type(None): "null"}.get(type(value), "no text")
    return texts, others


def _version_of(plugins: Any) -> str | None:
    matched = _VERSION_IN_NAME.search(json.dumps(plugins))
    return f"{matched[1]}.{matched[2]}.{matched[3]}" if matched else None
