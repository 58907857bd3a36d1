"""The resources of MSK Connect and their states over time."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.kafkaconnect.work import Outcome, Rollback, Work


def now() -> datetime:
    """Moto serialises naive times as UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_arn(region: str, account: str, kind: str, name: str) -> str:
    return f"arn:aws:kafkaconnect:{region}:{account}:{kind}/{name}/{uuid.uuid4()}-{secrets.randbelow(9) + 1}"


def new_version() -> str:
    return secrets.token_hex(7).upper()


@dataclass(slots=True)
class CustomPlugin:
    """A plug-in; it is ACTIVE when the work on it has ended well."""

    arn: str
    name: str
    content_type: str
    location: dict[str, Any]
    description: str
    work: Work | None = None
    md5: str = "0" * 32
    size: int = 1024
    created: datetime = field(default_factory=now)

    @property
    def error(self) -> dict[str, str] | None:
        outcome = self.work.outcome() if self.work else None
        return outcome.error if outcome else None

    @property
    def state(self) -> str:
        if self.work is None or self.work.outcome() is None:
            return "CREATING"
        return "CREATE_FAILED" if self.error else "ACTIVE"

    def summary(self) -> dict[str, Any]:
        revision = {
            "contentType": self.content_type,
            "creationTime": self.created,
            "description": self.description,
            "fileDescription": {"fileMd5": self.md5, "fileSize": self.size},
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

    def describe(self) -> dict[str, Any]:
        return {**self.summary(), **({"stateDescription": self.error} if self.error else {})}


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
    rollback: Rollback = ""
    steps: dict[str, str] = field(default_factory=dict)
    """States of the steps of an update, by their type."""

    def __post_init__(self) -> None:
        if self.prefix == "UPDATE":
            kinds = ("INITIALIZE_UPDATE", self.kind, "VALIDATE_UPDATE", "FINALIZE_UPDATE")
            self.steps = dict.fromkeys(kinds, "PENDING")

    def end(self, outcome: Outcome) -> None:
        """Steps that have not ended by themselves end with the operation."""
        self.ended, self.error = now(), outcome.error
        self.rollback = outcome.rollback if self.prefix == "UPDATE" else ""
        left = "CANCELLED" if outcome.error else "COMPLETED"
        failed = "FAILED" if outcome.error else "COMPLETED"
        ends = {"PENDING": left, "IN_PROGRESS": failed}
        self.steps = {kind: ends.get(state, state) for kind, state in self.steps.items()}

    @property
    def state(self) -> str:
        if self.rollback:
            return f"ROLLBACK_{self.rollback}"
        if self.ended is None:
            return f"{self.prefix}_IN_PROGRESS"
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
        error = {"errorInfo": self.error} if self.error else {}
        steps = [{"stepType": kind, "stepState": state} for kind, state in self.steps.items()]
        return {**self.summary(), "connectorArn": self.connector_arn, "operationSteps": steps, **self.told, **error}


@dataclass(slots=True)
class Transition:
    """What a connector is turning into: `final` when the work ends well, then with the settings in `apply`."""

    final: str
    otherwise: str
    work: Work
    operation: Operation | None = None
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
        """Become what the work has made of it, if it has ended."""
        done = self.transition
        outcome = done.work.outcome() if done else None
        if done is None or outcome is None:
            return
        self.transition, self.state = None, done.otherwise if outcome.error else done.final
        if outcome.error is None:
            self.given |= done.apply
            self.version = new_version()
        if self.state == "FAILED":
            self.description = outcome.error
        self.gone = self.state == "GONE"
        if done.operation:
            done.operation.end(outcome)

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
