"""How a FAILED connector on MSK Connect is made again: it cannot be restarted, only deleted and created anew.

ConnectOps never does it alone; this is what a person checks and runs. Sources: CreateConnector and DescribeConnector in
the MSK Connect API reference; "Manage source connector offsets using offset.storage.topic" in the MSK developer guide.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectops.decide.redaction import GONE
from connectops.decide.settings_shown import CUT, without_secrets
from connectops.decide.update_story import is_secret
from connectops.model import MSK_CLUSTER

KEPT = (
    "connectorName",
    "connectorDescription",
    "kafkaConnectVersion",
    "plugins",
    "workerConfiguration",
    "capacity",
    "serviceExecutionRoleArn",
    "kafkaCluster",
    "kafkaClusterClientAuthentication",
    "kafkaClusterEncryptionInTransit",
    "networkType",
    "logDelivery",
    "connectorConfiguration",
)
"""What CreateConnector takes of that which DescribeConnector tells, in the order in which people check it."""
NEEDED = frozenset(KEPT) - {"connectorDescription", "workerConfiguration", "networkType", "logDelivery"}
DEFAULT_TOPIC = "__amazon_msk_connect_offsets_"
LEFT_OUT = "leftOut"
"""How many settings a remembered description lacks altogether."""

_MASKED = re.compile(r"\s*|\*+|\[?hidden\]?|\[?redacted\]?", re.IGNORECASE)
_OFFSET_TOPIC = re.compile(r"^[ \t]*offset\.storage\.topic[ \t]*[=:][ \t]*(\S+)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RecreatePlan:
    """`request` is the input of CreateConnector, with its secrets; `missing` says what cannot be in it.

    `warnings` are for people, `steps` are commands or, with a `#`, what to do between them.
    """

    request: Mapping[str, Any]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    steps: tuple[str, ...]

    def shown(self) -> dict[str, Any]:
        """The request as it may leave: without secrets."""
        return {**self.request, "connectorConfiguration": without_secrets(self.request["connectorConfiguration"])}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of the connector: the answer of DescribeConnector or what is remembered of one, and its tags.

    `worker_properties` is the text of its worker configuration: None where it has none, or where it could not be read.
    `is_gone`: there is nothing left to delete.
    """

    description: Mapping[str, Any]
    tags: Mapping[str, str]
    worker_properties: str | None = None
    is_gone: bool = False


def plan_recreation(subject: Subject, file: str) -> RecreatePlan:
    """`file` is where the request is to be.

    The connector's name and ARN have to be in the description; what else is not there is `missing`.
    """
    description = subject.description
    request: dict[str, Any] = {key: description[key] for key in KEPT if description.get(key) not in (None, "", {}, [])}
    request.setdefault("connectorConfiguration", {})
    own = {key: value for key, value in subject.tags.items() if not key.startswith("aws:")}
    request |= {"tags": own} if own else {}
    settings = request["connectorConfiguration"]
    absent = sorted(key for key in NEEDED if not request.get(key))
    lacks = [f"{name}: {why}" for name in sorted(settings) if (why := _why_missing(name, settings[name]))]
    left_out = description.get(LEFT_OUT)
    lacks += [f"{left_out} more settings: too long to be remembered"] if left_out else []
    missing = (*(f"{key}: not described" for key in absent), *lacks)
    steps = (*_first_step(description, missing, file), *_steps(subject, file))
    return RecreatePlan(request, missing, _warnings(description, subject.worker_properties), steps)


def is_sink(settings: Mapping[str, str]) -> bool:
    """Sinks keep their offsets in the consumer group `connect-<name>`, not in the workers' offset topic."""
    return "topics" in settings or "topics.regex" in settings


def default_offset_topic(connector_arn: str) -> str:
    """What MSK Connect calls the offset topic where the worker configuration names none."""
    name, identity = connector_arn.split("/")[-2:]
    return f"{DEFAULT_TOPIC}{name}_{identity}"


def _offset_topic(worker_properties: str | None) -> str | None:
    found = _OFFSET_TOPIC.findall(worker_properties or "")
    return found[-1] if found else None


def _why_missing(name: str, value: str) -> str | None:
    if GONE in value or (is_secret(name) and _MASKED.fullmatch(value)):
        return "its value is hidden"
    return "its value is cut" if value.endswith(CUT) else None


def _warnings(description: Mapping[str, Any], worker_properties: str | None) -> tuple[str, ...]:
    name, topic = description["connectorName"], _offset_topic(worker_properties)
    if is_sink(description.get("connectorConfiguration", {})):
        said = (
            f"A sink goes on where its consumer group stands (connect-{name}): keep the name."
            " A group without members forgets its offsets after the brokers' offsets.retention.minutes."
        )
    elif topic:
        said = f"It goes on where it was: its worker configuration names the offset topic {topic}. Keep the name, too."
    elif _is_unread(description, worker_properties):
        said = (
            "Whether it keeps its offsets is not known: see whether its worker configuration sets offset.storage.topic."
            " If it does not, they would be lost."
        )
    else:
        said = (
            "ITS OFFSETS WOULD BE LOST: no worker configuration sets offset.storage.topic, so they are in a topic of"
            f" this very connector ({default_offset_topic(description['connectorArn'])}), and a new one gets its own."
            " Name that topic in a worker configuration of the new connector, or it takes a new snapshot."
        )
    return (said,)


def _is_unread(description: Mapping[str, Any], worker_properties: str | None) -> bool:
    return bool(description.get("workerConfiguration")) and worker_properties is None


def _first_step(description: Mapping[str, Any], missing: tuple[str, ...], file: str) -> tuple[str, ...]:
    if missing:
        return (f"# save the request above as {file}, for you alone, and put in what is missing",)
    name = shlex.quote(f"{MSK_CLUSTER}/{description['connectorName']}")
    return (f"connectops recreate {name} --write {shlex.quote(file)}",)


def _steps(subject: Subject, file: str) -> tuple[str, ...]:
    description, worker_properties = subject.description, subject.worker_properties
    arn, quoted = shlex.quote(description["connectorArn"]), shlex.quote(file)
    is_kept = _offset_topic(worker_properties) or is_sink(description.get("connectorConfiguration", {}))
    keep = (
        ()
        if is_kept or _is_unread(description, worker_properties)
        else _keep_offsets(description["connectorArn"], file)
    )
    delete = (
        "# mend what made it fail, in that file or outside of it; delete nothing before",
        f"aws kafkaconnect delete-connector --connector-arn {arn}",
        f"while aws kafkaconnect describe-connector --connector-arn {arn} --query connectorState; do sleep 10; done",
    )
    return (
        *keep,
        *(() if subject.is_gone else delete),
        f"aws kafkaconnect create-connector --cli-input-json {shlex.quote(f'file://{file}')}",
        f"rm {quoted}  # it holds the connector's secrets",
    )


def _keep_offsets(arn: str, file: str) -> tuple[str, ...]:
    topic = f"offset.storage.topic={default_offset_topic(arn)}"
    create = "aws kafkaconnect create-worker-configuration --name NAME"
    return (
        "# into worker.properties: what its worker configuration says, if it has one, else key.converter and",
        "# value.converter, which every worker configuration needs; and the topic:",
        f"echo {shlex.quote(topic)} >> worker.properties",
        f'{create} --properties-file-content "$(base64 < worker.properties)"',
        f"# put the ARN and revision that it answers into workerConfiguration in {file}",
    )


def as_json(request: Mapping[str, Any]) -> str:
    return json.dumps(request, indent=2, ensure_ascii=False) + "\n"
