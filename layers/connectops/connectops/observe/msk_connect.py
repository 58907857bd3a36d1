"""Connectors on MSK Connect, as its API shows them: states, configuration, tags. It does not show tasks.

Source: ListConnectors, DescribeConnector and ListTagsForResource in the MSK Connect API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import not_seen
from connectops.errors import ConnectOpsError, NotFound, Unreachable
from connectops.model import MSK_CLUSTER, ConnectorId, ConnectorState, Look, Platform
from connectops.observe import shared_sources
from connectops.observe.configuration import heartbeat
from connectops.observe.databases import endpoint_of

if TYPE_CHECKING:
    from mypy_boto3_kafkaconnect import KafkaConnectClient
    from mypy_boto3_kafkaconnect.type_defs import ConnectorSummaryTypeDef, DescribeConnectorResponseTypeDef

CONNECTORS_A_PAGE = 100  # ListConnectors
TAG_PREFIX = "connectops:"


@dataclass(frozen=True, slots=True)
class Listing:
    """The connectors that were listed, and why others may be missing; `versions` by ARN is their `currentVersion`."""

    looks: tuple[Look, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    incomplete_because: str | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """`answer` is DescribeConnector's own: it holds secrets, and goes nowhere as it is."""

    look: Look
    answer: Mapping[str, Any] = field(repr=False)


class MskConnect:
    """Reads only."""

    def __init__(self, client: KafkaConnectClient) -> None:
        self._client = client

    def list(self, at: datetime) -> Listing:
        """All connectors of the region, without tasks and flow; whatever was listed before an error counts."""
        looks: list[Look] = []
        versions: dict[str, str] = {}
        pages = self._client.get_paginator("list_connectors").paginate(PaginationConfig={"PageSize": CONNECTORS_A_PAGE})
        try:
            for page in pages:
                for summary in page.get("connectors", []):
                    versions[summary["connectorArn"]] = summary.get("currentVersion", "")
                    looks.append(_look(summary, at))
        except (BotoCoreError, ClientError) as err:
            return Listing(tuple(looks), versions, str(not_seen("MSK Connect: ListConnectors", err)))
        return Listing(tuple(looks), versions)

    def find(self, name: str) -> str | None:
        """The ARN of the connector of that name, None if none is listed. Raises Unreachable or NotAllowed.

        One call. Names are unique while a connector exists (CreateConnector: ConflictException), so two of one name
        are one on its way out and its successor: which of them a line is about cannot be known.
        """
        try:
            page = self._client.list_connectors(connectorNamePrefix=name, maxResults=CONNECTORS_A_PAGE)
        except (BotoCoreError, ClientError) as err:
            raise not_seen("MSK Connect: ListConnectors", err) from err
        found = [each["connectorArn"] for each in page["connectors"] if each["connectorName"] == name]
        if len(found) > 1:
            raise Unreachable(f"MSK Connect lists {len(found)} connectors called {name}")
        if not found and page.get("nextToken"):
            raise Unreachable(f"more than {CONNECTORS_A_PAGE} connectors have names that begin with {name}")
        return found[0] if found else None

    def describe(self, arn: str, at: datetime) -> Described:
        """One connector with what matters of its configuration. Raises NotFound, Unreachable or NotAllowed."""
        try:
            answer = self._client.describe_connector(connectorArn=arn)
        except (BotoCoreError, ClientError) as err:
            raise not_described("MSK Connect: DescribeConnector", err) from err
        look = replace(_look(answer, at), heartbeat=heartbeat(answer.get("connectorConfiguration", {})))
        return Described(look, answer)

    def tags(self, arn: str) -> tuple[tuple[str, str], ...]:
        """Our own tags, without their prefix. Raises NotFound, Unreachable or NotAllowed."""
        try:
            tags = self._client.list_tags_for_resource(resourceArn=arn).get("tags", {})
        except (BotoCoreError, ClientError) as err:
            raise not_described("MSK Connect: ListTagsForResource", err) from err
        return tuple((key.removeprefix(TAG_PREFIX), tags[key]) for key in sorted(tags) if key.startswith(TAG_PREFIX))

    def look(self, arn: str, at: datetime) -> Look:
        """One connector with its configuration and tags. Raises NotFound, Unreachable or NotAllowed."""
        described = self.describe(arn, at)
        database = endpoint_of(described.answer.get("connectorConfiguration", {}))
        return replace(described.look, tags=self.tags(arn), database=database)


def _look(answer: ConnectorSummaryTypeDef | DescribeConnectorResponseTypeDef, at: datetime) -> Look:
    state = answer.get("connectorState", "")
    known = state in list(ConnectorState)
    return Look(
        ConnectorId(Platform.MSK_CONNECT, MSK_CLUSTER, answer["connectorName"]),
        at,
        ConnectorState(state) if known else ConnectorState.UNKNOWN,
        arn=answer["connectorArn"],
        created_at=answer.get("creationTime"),
        connect_version=answer.get("kafkaConnectVersion"),
        log_group=_log_group(answer),
        shares=shared_sources.of_msk_connect(answer),
        blind_because=None if known else f"MSK Connect says {state!r}, which is no state that ConnectOps knows",
    )


def _log_group(answer: ConnectorSummaryTypeDef | DescribeConnectorResponseTypeDef) -> str | None:
    """The log group of the connector's log delivery; None where its lines go elsewhere, or nowhere."""
    delivery = answer.get("logDelivery", {}).get("workerLogDelivery", {}).get("cloudWatchLogs", {})
    return delivery.get("logGroup") if delivery.get("enabled") else None


def not_described(what: str, err: BotoCoreError | ClientError) -> ConnectOpsError:
    """`not_seen` of a call about one connector, and NotFound where that is gone."""
    if isinstance(err, ClientError) and err.response["Error"].get("Code") == "NotFoundException":
        return NotFound(f"{what}: the connector is gone")
    return not_seen(what, err)
