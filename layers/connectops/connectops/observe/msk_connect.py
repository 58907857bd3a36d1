"""Connectors on MSK Connect, as its API shows them: states, configuration, tags. It does not show tasks.

Source: ListConnectors, DescribeConnector and ListTagsForResource in the MSK Connect API reference.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import not_seen
from connectops.errors import ConnectOpsError, NotFound, ObservationFailed
from connectops.model import MSK_CLUSTER, ConnectorId, ConnectorState, Look, Platform
from connectops.observe import shared_sources
from connectops.observe.configuration import heartbeat

if TYPE_CHECKING:
    from mypy_boto3_kafkaconnect import KafkaConnectClient
    from mypy_boto3_kafkaconnect.type_defs import ConnectorSummaryTypeDef, DescribeConnectorResponseTypeDef

CONNECTORS_A_PAGE = 100  # ListConnectors
TAG_PREFIX = "connectops:"


@dataclass(frozen=True, slots=True)
class Listing:
    """The connectors that were listed, and why others may be missing."""

    looks: tuple[Look, ...]
    incomplete_because: str | None = None


class MskConnect:
    """Reads only. Remembers what a configuration said for as long as the connector's version is the same."""

    def __init__(self, client: KafkaConnectClient) -> None:
        self._client = client
        self._versions: dict[str, str] = {}
        self._heartbeats: dict[tuple[str, str], timedelta | None] = {}

    def list(self, at: datetime) -> Listing:
        """All connectors of the region, without tasks and flow; whatever was listed before an error counts."""
        looks: list[Look] = []
        pages = self._client.get_paginator("list_connectors").paginate(PaginationConfig={"PageSize": CONNECTORS_A_PAGE})
        try:
            for page in pages:
                for summary in page.get("connectors", []):
                    self._versions[summary["connectorArn"]] = summary.get("currentVersion", "")
                    looks.append(_look(summary, at))
        except (BotoCoreError, ClientError) as err:
            return Listing(tuple(looks), str(not_seen("MSK Connect: ListConnectors", err)))
        return Listing(tuple(looks))

    def with_heartbeats(self, looks: Iterable[Look], first: Container[ConnectorId], at_most: int) -> tuple[Look, ...]:
        """Add what the configuration says, at the price of one call for each connector whose version is new.

        `at_most` bounds these calls, those in `first` come first; the rest is left to the next look. A call that
        fails is told in its own look; when waiting helps, the others are left to the next look too.
        """
        described: list[Look] = []
        for look in sorted(looks, key=lambda look: look.connector not in first):
            version = (look.arn or "", self._versions.get(look.arn or "", ""))
            why = None
            if version not in self._heartbeats and at_most > 0:
                at_most -= 1
                try:
                    self._heartbeats[version] = heartbeat(
                        self._describe(look.arn or "").get("connectorConfiguration", {})
                    )
                except (ObservationFailed, NotFound) as err:
                    why = str(err)
                    at_most = 0 if err.waiting_helps else at_most
            known = self._heartbeats.get(version)
            described.append(replace(look, heartbeat=known, blind_because=why or look.blind_because))
        return tuple(described)

    def with_tags(self, look: Look) -> Look:
        """Add the tags; where they cannot be read they stay None, and the look says why."""
        try:
            return replace(look, tags=self._tags(look.arn or ""))
        except (ObservationFailed, NotFound) as err:
            return replace(look, blind_because=str(err))

    def look(self, arn: str, at: datetime) -> Look:
        """One connector with its configuration and tags. Raises NotFound, Unreachable or NotAllowed."""
        answer = self._describe(arn)
        seen = _look(answer, at)
        return replace(seen, heartbeat=heartbeat(answer.get("connectorConfiguration", {})), tags=self._tags(arn))

    def _describe(self, arn: str) -> DescribeConnectorResponseTypeDef:
        try:
            return self._client.describe_connector(connectorArn=arn)
        except (BotoCoreError, ClientError) as err:
            raise _not_seen("MSK Connect: DescribeConnector", err) from err

    def _tags(self, arn: str) -> tuple[tuple[str, str], ...]:
        try:
            tags = self._client.list_tags_for_resource(resourceArn=arn).get("tags", {})
        except (BotoCoreError, ClientError) as err:
            raise _not_seen("MSK Connect: ListTagsForResource", err) from err
        return tuple((key.removeprefix(TAG_PREFIX), tags[key]) for key in sorted(tags) if key.startswith(TAG_PREFIX))


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


def _not_seen(what: str, err: BotoCoreError | ClientError) -> ConnectOpsError:
    if isinstance(err, ClientError) and err.response["Error"].get("Code") == "NotFoundException":
        return NotFound(f"{what}: the connector is gone")
    return not_seen(what, err)
