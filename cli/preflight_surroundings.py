"""The place where a connector shall run: versions, capacity, role, network, logs, and the connectors beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from cli.preflight_knowledge import Knowledge, numbers
from cli.preflight_properties import Effect, Finding, decided_later
from cli.preflight_subject import Subject

NEEDS_JAVA_17 = (3,)
"""Debezium 3 is compiled for Java 17; MSK Connect runs Kafka Connect 2.7.1 on Java 11 (its developer guide)."""
RETRIES_NOTHING_SINCE = (3, 1)
"""MySQL and MariaDB: from 3.1.0.CR1 on every error counts as not retriable (debezium/debezium#8009 mends it)."""
_SERVICE = "kafkaconnect.amazonaws.com"
_ACTIONS = (
    *("Connect", "DescribeCluster", "DescribeClusterDynamicConfiguration"),
    *("CreateTopic", "DescribeTopic", "ReadData", "WriteData", "DescribeGroup", "AlterGroup"),
)
_ALONE = {
    "database.server.id": ("server-id-clash", "the server throws out whoever came first"),
    "slot.name": ("slot-clash", "a replication slot serves one client"),
    "schema.history.internal.kafka.topic": ("history-clash", "each writes its schemas into the other's history"),
    "database.history.kafka.topic": ("history-clash", "each writes its schemas into the other's history"),
    "topic.prefix": ("prefix-clash", "their topics and consumer groups are the same"),
    "database.server.name": ("prefix-clash", "their topics and consumer groups are the same"),
}


def check(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    yield from _versions(subject, known)
    if subject.autoscaled and (subject.workers_at_most or 1) > 1:
        reason = f"up to {subject.workers_at_most} workers, and this connector runs one task: the others are paid idle"
        yield Finding("idle-workers", Effect.HURTS, "capacity", reason, "Set maxWorkerCount to 1; give it more MCUs.")
    elif (subject.workers_at_most or 1) > 1:
        reason = f"{subject.workers_at_most} workers, and this connector runs one task: the others are paid idle"
        yield Finding("idle-workers", Effect.HURTS, "capacity", reason, "Set workerCount to 1; give it more MCUs.")
    if subject.on_msk and not subject.logs:
        reason = "worker logs do not reach CloudWatch Logs: no cause of a failure can be found"
        yield Finding("no-logs", Effect.HURTS, "logDelivery", reason, "Deliver them to a log group.")
    if subject.subnets == 1:
        reason = "one subnet: without its availability zone no worker starts"
        yield Finding("one-subnet", Effect.HURTS, "subnets", reason, "Give subnets of at least two zones.")
    yield from _role(subject)


def clashes(subjects: Sequence[tuple[Subject, Knowledge]]) -> Iterator[tuple[Subject, Finding]]:
    """What two connectors may not share, told of the later one."""
    seen: dict[tuple[str, str, str], Subject] = {}
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for subject, _ in subjects:
        for name, (rule, reason) in _ALONE.items():
            value = subject.configuration.get(name, "").strip()
            # A server id and a slot belong to a database, topics to a cluster, of which there mostly is one.
            place = (
                subject.configuration.get("database.hostname", "")
                if name.startswith(("slot", "database.server.id"))
                else ""
            )
            other = seen.setdefault((name, value, place), subject)
            if value and other is not subject and not decided_later(value) and rule not in told[subject.source, rule]:
                told[subject.source, rule].add(rule)
                why = f"{name} {value} is that of {other.source} too: {reason}"
                yield subject, Finding(rule, Effect.FAILS, name, why, "Give each its own.")


def _versions(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    debezium = numbers(known.version)
    if debezium >= NEEDS_JAVA_17 and subject.connect and numbers(subject.connect) < (3, 7):
        reason = f"Debezium {known.version} needs Java 17; Kafka Connect {subject.connect} has Java 11 on MSK Connect"
        yield Finding("java", Effect.FAILS, "kafkaConnectVersion", reason, "Use 3.7.x, or Debezium 2.7.")
    if known.has_history and debezium >= RETRIES_NOTHING_SINCE:
        reason = f"Debezium {known.version} retries no error: each lost connection waits for a restart"
        yield Finding("retries-nothing", Effect.NOTE, "debezium", reason, "Let ConnectOps restart it.")
    if numbers(known.connect) < (3, 7):
        reason = f"Kafka Connect {known.connect} cannot restart failed tasks alone (onlyFailedTasks)"
        yield Finding("full-restarts", Effect.NOTE, "kafkaConnectVersion", reason, "ConnectOps restarts the connector.")
    if debezium[:2] == (3, 2) and "database.password" in subject.configuration:
        reason = "Debezium 3.2 can write database.password into the worker's log (DebeziumOpenLineageEmitter)"
        yield Finding("password-in-log", Effect.NOTE, "database.password", reason, "Keep its log group closed.")


def _role(subject: Subject) -> Iterator[Finding]:
    role = subject.role
    if role is None:
        return
    if _SERVICE not in role.trusts:
        reason = f"the role does not trust {_SERVICE}: the connector cannot be created"
        yield Finding("role-trust", Effect.FAILS, "serviceExecutionRoleArn", reason, f"Let {_SERVICE} assume it.")
    if subject.authentication != "IAM":
        return
    patterns = {action.lower() for action in role.actions}
    for action in (f"kafka-cluster:{name}" for name in _ACTIONS):
        if not any(fnmatchcase(action.lower(), pattern) for pattern in patterns):
            reason = f"the role may not {action}, which the worker or the schema history needs"
            yield Finding("role-action", Effect.FAILS, action, reason, f"Allow {action} on the cluster's ARNs.")
    if wide := sorted(action for action in role.on_everything if action.lower().startswith(("kafka-cluster", "*"))):
        reason = f"the role may {', '.join(wide)} on every cluster, topic and group of the account"
        yield Finding("role-wide", Effect.HURTS, "serviceExecutionRoleArn", reason, "Name cluster, topics and groups.")
