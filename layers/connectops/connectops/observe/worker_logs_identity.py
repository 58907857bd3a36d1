"""Whose line it is: connector and task from the names that Kafka Connect gives to tasks, clients and threads."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Each prefix is a literal that the software prints; what follows is the connector's name and its task number.
_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Task{id=", re.compile(r"Task\{id=([^}\n]{1,250})-(\d+)\}")),
    ("connector-", re.compile(r"connector-(?:producer|consumer|adminclient|dlq-producer)-([^,\]\s'\"]{1,250})-(\d+)")),
    ("task-thread-", re.compile(r"task-thread-([^\]\s,]{1,250})-(\d+)")),
    ("WorkerConnector{id=", re.compile(r"WorkerConnector\{id=([^}\n]{1,250})\}()")),
    (
        "__amazon_msk_connect_",
        re.compile(r"__amazon_msk_connect_(?:cluster|offsets|configs|status)_(.{1,250}?)_[0-9a-f]{8}-[0-9a-f-]{27,}()"),
    ),
    # A worker's own group may be called connect-… as well: only a consumer's is named after a sink.
    ("groupId=connect-", re.compile(r"\[Consumer clientId=[^,\]]{1,300}, groupId=connect-([^,\]]{1,250})\]()")),
    ("in task ", re.compile(r"Error encountered in task ([^\s]{1,250})-(\d+)\.")),
    ("Failed to start connector", re.compile(r"Failed to start connector:? '?([^\s:']{1,250})'?()")),
    ("Failed to start task", re.compile(r"Failed to start task:? '?([^\s:']{1,250})-(\d+)")),
    ("tart of connector", re.compile(r"start of connector '?([^\s:']{1,250})'?()")),
    ("REST call to /connectors/", re.compile(r"REST call to /connectors/([^/\s?%]{1,250})()")),
    ("of task ", re.compile(r"(?:Graceful stop of|Stopping) task ([^\s]{1,250})-(\d+)")),
    ("ing task ", re.compile(r"(?:Starting|Stopping|Creating|Restarting) task ([^\s\[]{1,250})-(\d+)")),
)  # fmt: skip
# Debezium names these after its topic.prefix: mostly, but not always, the connector's name.
_PREFIXES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("connectorLogicalName=", re.compile(r"connectorLogicalName=([^,\]\s]{1,250})")),
    ("debezium-", re.compile(r"\bdebezium-[a-z]{2,20}connector-([^\s\]]{1,250}?)-(?:change-event|binlog|SignalP)")),
    ("history", re.compile(r"clientId=([^,\]\s]{1,250}?)-(?:schemahistory|dbhistory)\b")),
)  # fmt: skip
_CONTEXT = re.compile(r"\[([^\[\]\n]{1,250}?)\|(?:task-\d+|worker)(?:\|[\w-]+)*\] ")


def connector_of(*texts: str) -> tuple[str | None, int | None]:
    """Connector name and task number, as far as the texts of a record tell them."""
    for text in texts:
        head = text[:2000]
        for literal, pattern in _NAMES:
            if literal in head and (found := pattern.search(head)):
                return found[1], int(found[2]) if found[2] else None
    return None, None


def topic_prefix_of(*texts: str) -> str | None:
    """The topic.prefix that a Debezium connector gave to its threads and clients."""
    for text in texts:
        head = text[:2000]
        for literal, pattern in _PREFIXES:
            if literal in head and (found := pattern.search(head)):
                return found[1]
    return None


def connectors_in(lines: Iterable[str]) -> Iterable[str]:
    """The connectors that lines name, one for each line that names one."""
    for line in lines:
        found = _CONTEXT.search(line[:400]) if "|task-" in line or "|worker" in line else None
        name = found[1] if found else connector_of(line)[0]
        if name is not None:
            yield name
