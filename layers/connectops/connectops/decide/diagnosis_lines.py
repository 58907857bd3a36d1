"""What single statements mean: deaths, refusals, retries, signs of life, and lines that silence alone explains.

Wording: apache/kafka 2.2 - 4.1 (WorkerTask, Worker, DistributedHerder, WorkerSourceTask, AbstractWorkerSourceTask),
debezium v1.6 - v3.6 (BaseSourceTask, ErrorHandler, ChangeEventSourceCoordinator, *StreamingChangeEventSource).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from connectops.decide.diagnosis_matching import Match
from connectops.model import Life, LogRecord


class Kind(StrEnum):
    """What a record is for the diagnosis."""

    FAILURE = "failure"
    RETRY = "retry"
    LIFE = "life"
    SILENT_STOP = "silent stop"
    EMPTY_ASSIGNMENT = "empty assignment"
    ASSIGNMENT = "assignment"
    NOISE = "noise"
    NOTHING = "nothing"


@dataclass(slots=True)
class Event:
    """A record and what it is. `connector` may be known better than the record says."""

    record: LogRecord
    kind: Kind
    connector: str | None
    match: Match | None = None
    matches: tuple[Match, ...] = ()
    killed: bool = False
    refused: bool = False
    life: Life | None = None


_KILLED = (
    "being killed and will not recover until manually restarted",
    "threw an uncaught",
    "Unable to initialize and start connector",
    "is FAILED in its status",
    "Failed to start connector",
    "Failed to start task",
    "Error while starting connector",
    "Error initializing connector",
    "Connector raised an error",
    "Connector has failed",
    "Unexpected error while trying to start connector",
    "Task failed initialization and will not be started",
    "Connector completed: success = 'false'",
    "Couldn't instantiate task",
    "Couldn't instantiate connector",
    "Failed to create consumer",
    "Failed to create job for",
    "Failed to create connector for",
    "exiting with uncaught exception",
)
_ENDS = ("This connector will be stopped", "Exiting WorkerSinkTask due to unrecoverable exception")
"""Debezium's and Kafka's wrappers of what ends a task: in a paste one of them may be all there is."""
_ORDERLY = ("After being scheduled for shutdown", "uncaught and unrecoverable exception during shutdown",
            "will re-attempt during polling")  # fmt: skip
_REFUSED = (
    "Failed testing connection",
    "Connector configuration is invalid and contains",
    "Connection validation failed",
    "Unable to connect: ",
    "Failed to validate connection",
)
_REST_CALL = re.compile(r"Uncaught exception in REST call to /(\S*)")
_READING_CALLS = ("/offsets", "/status", "/topics", "/tasks-config", "connector-plugins", "loggers", "/health")
"""Ends of paths that only ask: what goes wrong there refuses nothing."""
_RETRY = (
    "Going to restart connector after",
    "retries will be attempted",
    "Will retry operation",
    "end of restart backoff period after a retriable error",
    "and retrying, attempt number",
    "RetriableException from SinkTask",
    "will re-attempt during polling",
    "Retriable exception thrown, connector will be restarted",
    "Failed to restore connection to",
)
_STARTED = (
    "finished initialization and start",
    "Successfully restarted task",
)
_STOPPED = ("Finished streaming", "Stopping down connector", "Stopping task ", "Scheduled shutdown for")
_COUNTED = re.compile(
    r"(?:flushing |Committing offsets for )(\d+) (?:outstanding|acknowledged) messages"
    r"|\b(\d+) records sent during previous"
)
_CONNECTED = re.compile(r"Connected to (?:\w+ )?binlog at |Connected to \S+:\d+ at \S+[/-]\S+ \(")
SILENT_STOP = "Stopped reading binlog after"
KEEP_ALIVE = "Failed to restore connection to"
"""The binlog client's own thread, once in connect.keep.alive.interval.ms (a minute), for as long as it is in vain."""
HISTORY_CLIENT = re.compile(r"clientId=([^,\]\s]{1,250}?)-(?:schemahistory|dbhistory)\b")
"""The client of a schema history is named after the topic.prefix, which need not be the connector's name."""

PREFILTER: dict[str, tuple[str, ...]] = {
    "MySqlStreamingChangeEventSource": (SILENT_STOP, "Connected to"),
    "BinlogStreamingChangeEventSource": (SILENT_STOP, "Connected to"),
    "MariaDbStreamingChangeEventSource": (SILENT_STOP, "Connected to"),
    "BinlogReader": ("Connected to", SILENT_STOP),
    "BinaryLogClient": ("Connected to",),
    "BaseSourceTask": ("Successfully restarted task", "records sent during previous", "Stopping down connector"),
    "ChangeEventSourceCoordinator": ("Finished streaming",),
    "WorkerSourceTask": ("outstanding messages for offset commit", "finished initialization and start"),
    "AbstractWorkerSourceTask": ("acknowledged messages", "finished initialization and start"),
    "SourceTaskOffsetCommitter": ("acknowledged messages",),
    "WorkerSinkTask": ("finished initialization and start",),
    "Worker": ("Stopping task ",),
    "WorkerConnector": ("Scheduled shutdown for",),
    "DistributedHerder": ("got assignment",),
    "WorkerCoordinator": ("got assignment",),
    "PostgresReplicationConnection": ("Creating replication slot with command",),
    "MySqlConnectorTask": ("Connector requires binlog file", "needed to replicate", "last known GTIDs"),
    "BinlogSourceTask": ("Connector requires binlog file", "needed to replicate", "last known GTIDs"),
    "MariaDbConnectorTask": ("Connector requires binlog file", "needed to replicate"),
    "MongoDbConnectorTask": ("Invalid resume token",),
    "MongoSourceTask": ("ResumeToken not found", "resume token", "Change Stream", "change stream"),
    "StartedMongoSourceTask": ("ResumeToken not found", "resume token", "Change Stream", "change stream"),
    "Selector": ("Failed authentication",),
    "SaslChannelBuilder": ("Failed to create channel",),
    "AbstractCoordinator": ("Broker coordinator was unreachable",),
    "AdminMetadataManager": ("Metadata update failed",),
}
"""Logger -> words of the lines of level INFO that mean something: what a reader of logs has to keep."""

NOISE_LOGGERS = frozenset(
    ("AdminClientConfig", "ProducerConfig", "ConsumerConfig", "AbstractConfig", "DistributedConfig", "TypeRegistry")
)
"""Loggers whose warnings never mean a failure: settings that a client does not know, one line each."""


def connectors_by_prefix(events: Iterable[Event]) -> dict[str, str]:
    """The connector behind each topic.prefix that stands in for a name: one line says both, or there is only one."""
    found: dict[str, str] = {}
    prefixes, names = set(), set()
    for event in events:
        head = event.record.message[:400]
        client = HISTORY_CLIENT.search(head) if "history" in head else None
        if client and event.connector == client[1]:
            prefixes.add(client[1])
        elif event.connector:
            names.add(event.connector)
            if client:
                found[client[1]] = event.connector
    if len(names) == 1:
        (only,) = names
        return dict.fromkeys(prefixes, only)
    return {prefix: name for prefix, name in found.items() if prefix not in names}


def is_killed(record: LogRecord) -> bool:
    """Whether a statement says that a task or connector is dead."""
    if record.level == "" and any(text in place for text in _ENDS for place in (*record.causes[:1], record.message)):
        return True
    return any(text in record.message for text in _KILLED) and not any(text in record.message for text in _ORDERLY)


def is_refused(record: LogRecord) -> bool:
    """Whether a statement refuses a configuration: no task exists, so nothing can be restarted."""
    if called := _REST_CALL.match(record.message):
        return not called[1].endswith(_READING_CALLS)
    return any(text in record.message for text in _REFUSED)


def is_retry(record: LogRecord) -> bool:
    """Whether a statement announces that the connector tries again by itself."""
    return any(text in record.message for text in _RETRY)


def life_of(record: LogRecord) -> Life | None:
    """The sign of life that a statement is, if it is one. Commits without records are none."""
    message = record.message
    if any(text in message for text in _STARTED):
        return Life.STARTED
    if any(text in message for text in _STOPPED):
        return Life.ORDERLY_STOP
    if counted := _COUNTED.search(message[:1000]):
        return Life.RECORDS if int(counted[1] or counted[2]) > 0 else None
    return Life.RECONNECTED if _CONNECTED.search(message[:300]) else None


def assignment_of(record: LogRecord) -> tuple[bool, int] | None:
    """Whether a worker got anything to run, and its rebalance delay in ms; None if the statement says neither."""
    if "got assignment" not in record.message:
        return None
    connectors, _, rest = record.message.partition("connectorIds=[")[2].partition("]")
    tasks, _, rest = rest.partition("taskIds=[")[2].partition("]")
    delay = rest.rpartition("rebalance delay: ")[2] if "rebalance delay: " in rest else rest.rpartition("delay=")[2]
    digits = delay[:12].strip().rstrip("})")
    return bool(connectors or tasks), int(digits) if digits.isdecimal() else 0
