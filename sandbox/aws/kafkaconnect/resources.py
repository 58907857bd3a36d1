"""The resources of MSK Connect and their states over time."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def now() -> datetime:
    """Moto serialises naive times as UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_arn(region: str, account: str, kind: str, name: str) -> str:
    return f"arn:aws:kafkaconnect:{region}:{account}:{kind}/{name}/{uuid.uuid4()}-{secrets.randbelow(9) + 1}"


def new_version() -> str:
    return secrets.token_hex(7).upper()


@dataclass(slots=True)
class CustomPlugin:
    """A plug-in; it becomes ACTIVE after a while."""

    arn: str
    name: str
    content_type: str
    location: dict[str, Any]
    description: str
    active_at: float
    created: datetime = field(default_factory=now)

    @property
    def state(self) -> str:
        return "ACTIVE" if time.monotonic() >= self.active_at else "CREATING"

    def summary(self) -> dict[str, Any]:
        revision = {
            "contentType": self.content_type,
            "creationTime": self.created,
            "description": self.description,
            "fileDescription": {"fileMd5": "0" * 32, "fileSize": 1024},
            "location": self.location,
            "revision": 1,
        }
        return {
            "creationTime": self.created,
            "customPluginArn": self.arn,
            "customPluginState": self.state,
            "description": self.description,
            "latestRevision": revision,
            "name": self.name,
        }


@dataclass(slots=True)
class WorkerConfiguration:
    """Worker properties, base64 as they were given."""

    arn: str
    name: str
    content: str
    description: str
    created: datetime = field(default_factory=now)

    def revision(self) -> dict[str, Any]:
        return {"creationTime": self.created, "description": self.description, "revision": 1}

    def summary(self) -> dict[str, Any]:
        return {
            "creationTime": self.created,
            "description": self.description,
            "latestRevision": self.revision(),
            "name": self.name,
            "workerConfigurationArn": self.arn,
            "workerConfigurationState": "ACTIVE",
        }


@dataclass(slots=True)
class Operation:
    """One lifecycle operation of a connector; `prefix` is UPDATE, RESTART, PAUSE or RESUME."""

    arn: str
    connector_arn: str
    kind: str
    prefix: str
    told: dict[str, Any] = field(default_factory=dict)
    """Origin and target settings, for DescribeConnectorOperation."""
    created: datetime = field(default_factory=now)
    ended: datetime | None = None
    error: dict[str, str] | None = None
    rolled_back: bool = False

    @property
    def state(self) -> str:
        if self.ended is None:
            return f"{self.prefix}_IN_PROGRESS"
        if self.rolled_back:
            return "ROLLBACK_COMPLETE"
        return f"{self.prefix}_FAILED" if self.error else f"{self.prefix}_COMPLETE"

    def summary(self) -> dict[str, Any]:
        ended = {"endTime": self.ended} if self.ended else {}
        return {
            "connectorOperationArn": self.arn,
            "connectorOperationType": self.kind,
            "connectorOperationState": self.state,
            "creationTime": self.created,
            **ended,
        }

    def describe(self) -> dict[str, Any]:
        step = "IN_PROGRESS" if self.ended is None else "FAILED" if self.error else "COMPLETED"
        kinds = (
            ("INITIALIZE_UPDATE", self.kind, "VALIDATE_UPDATE", "FINALIZE_UPDATE") if self.prefix == "UPDATE" else ()
        )
        error = {"errorInfo": self.error} if self.error else {}
        steps = [{"stepType": kind, "stepState": step} for kind in kinds]
        return {**self.summary(), "connectorArn": self.connector_arn, "operationSteps": steps, **self.told, **error}


@dataclass(slots=True)
class Transition:
    """What a connector is turning into: `final` at `due` (monotonic seconds). `apply` holds settings it takes on."""

    final: str
    due: float
    operation: Operation | None = None
    error: dict[str, str] | None = None
    apply: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Connector:
    """A connector; `given` are the parameters of CreateConnector, as updated since."""

    arn: str
    given: dict[str, Any]
    state: str = "CREATING"
    description: dict[str, str] | None = None
    version: str = field(default_factory=new_version)
    operations: list[Operation] = field(default_factory=list)
    transition: Transition | None = None
    created: datetime = field(default_factory=now)
    gone: bool = False

    @property
    def name(self) -> str:
        return str(self.given["connectorName"])

    @property
    def connect_version(self) -> tuple[int, ...]:
        return tuple(int(part) for part in str(self.given["kafkaConnectVersion"]).split(".")[:2] if part.isdecimal())

    def begin(self, transient: str, transition: Transition) -> None:
        self.state, self.transition = transient, transition
        if transition.operation:
            self.operations.insert(0, transition.operation)

    def settle(self) -> None:
        """Carry out what has become due."""
        done = self.transition
        if done is None or time.monotonic() < done.due:
            return
        self.transition, self.state = None, done.final
        if done.error is None:
            self.given |= done.apply
            self.version = new_version()
        if done.final == "GONE":
            self.gone = True
        if done.operation:
            done.operation.ended, done.operation.error = now(), done.error
            done.operation.rolled_back = done.error is not None and done.operation.prefix == "UPDATE"

    def summary(self) -> dict[str, Any]:
        told = (
            "capacity",
            "connectorName",
            "kafkaCluster",
            "kafkaClusterClientAuthentication",
            "kafkaClusterEncryptionInTransit",
            "kafkaConnectVersion",
            "logDelivery",
            "plugins",
            "serviceExecutionRoleArn",
            "workerConfiguration",
        )
        return {
            "connectorArn": self.arn,
            "connectorDescription": self.given.get("connectorDescription", ""),
            "connectorState": self.state,
            "creationTime": self.created,
            "currentVersion": self.version,
            "networkType": self.given.get("networkType", "IPV4"),
            **{name: self.given[name] for name in told if self.given.get(name) is not None},
        }

    def describe(self) -> dict[str, Any]:
        reason = {"stateDescription": self.description} if self.description else {}
        return {**self.summary(), "connectorConfiguration": self.given["connectorConfiguration"], **reason}
