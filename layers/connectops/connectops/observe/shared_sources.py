"""What a connector depends on and others may, too: names alone, which say that two of them meet the same outage.

Nothing else of a configuration is kept: it holds passwords.
Source: DescribeConnector and ListConnectors in the MSK Connect API reference; the connectors' own documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectops.model import Shared, SharedSource

LONGEST_NAME = 200
"""Characters; what is longer names nothing that people know."""

HOSTS = ("database.hostname", "mongodb.hosts")
URLS = ("connection.url", "mongodb.connection.string", "database.url")
_HISTORIES = ("schema.history.internal.kafka.bootstrap.servers", "database.history.kafka.bootstrap.servers")
_END_OF_AUTHORITY = re.compile(r"[/?;#]")
_SERVER = re.compile(r"(\$\{[^{}]+\}|\[[0-9a-f:]+\]|[a-z0-9._-]+)(?::\d+)?")
"""A host or the reference to a configuration provider that stands for one, and a port."""


def of_msk_connect(answer: Mapping[str, Any]) -> tuple[SharedSource, ...]:
    """Of a connector as MSK Connect lists or describes it; only a description names the database."""
    kafka = answer.get("kafkaCluster", {}).get("apacheKafkaCluster", {})
    found = [_source(Shared.KAFKA, _servers(kafka.get("bootstrapServers")))]
    found += [_source(Shared.WORKERS, answer.get("workerConfiguration", {}).get("workerConfigurationArn"))]
    found += [
        _source(Shared.PLUGIN, plugin.get("customPlugin", {}).get("customPluginArn"))
        for plugin in answer.get("plugins", [])
    ]
    found += [_source(Shared.SUBNET, subnet) for subnet in kafka.get("vpc", {}).get("subnets", [])]
    return _sorted([*found, *_databases(answer.get("connectorConfiguration", {}))])


def of_kafka_connect(cluster: str, configuration: Mapping[str, str]) -> tuple[SharedSource, ...]:
    """Of a connector on a self-managed cluster, whose workers share their Kafka cluster and their plugins."""
    found = [_source(Shared.WORKERS, cluster), _source(Shared.KAFKA, f"of {cluster}")]
    found += [_source(Shared.KAFKA, _servers(configuration.get(key))) for key in _HISTORIES]
    plugin = configuration.get("connector.class")
    found += [_source(Shared.PLUGIN, f"{plugin} on {cluster}" if plugin else None)]
    return _sorted([*found, *_databases(configuration)])


def _databases(configuration: Mapping[str, str]) -> Iterator[SharedSource | None]:
    """By host: what listens at several ports of one host goes down with it."""
    for key in HOSTS:
        yield _source(Shared.DATABASE, _hosts(configuration.get(key)))
    for key in URLS:
        yield _source(Shared.DATABASE, _hosts(authority_of(str(configuration.get(key) or ""))))


def authority_of(url: str) -> str:
    """The servers of `jdbc:postgresql://host:5432/db`, `jdbc:oracle:thin:@//host/service`, `mongodb://user:pw@one,two`.

    A URL with an @ anywhere else is not read: a password may hold one.
    """
    before, _, rest = url.partition("//")
    authority = _END_OF_AUTHORITY.split(rest, maxsplit=1)[0]
    if "@" not in url or (url.count("@") == 1 and before.endswith("@")):
        return authority
    return authority.partition("@")[2] if url.count("@") == 1 else ""


def _hosts(text: object) -> str:
    return _servers(text, with_port=False)


def _servers(text: object, *, with_port: bool = True) -> str:
    """One spelling for a list of `host[:port]`, whatever its order and case; empty if it is none."""
    servers = [_SERVER.fullmatch(server.strip().lower()) for server in str(text or "").split(",")]
    return ",".join(sorted({server[0 if with_port else 1] if server else "" for server in servers} - {""}))


def _source(kind: Shared, name: object) -> SharedSource | None:
    text = str(name or "")
    return SharedSource(kind, text) if 0 < len(text) <= LONGEST_NAME else None


def _sorted(found: list[SharedSource | None]) -> tuple[SharedSource, ...]:
    return tuple(sorted({source for source in found if source}))
