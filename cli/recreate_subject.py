"""What is known of a connector that is to be made again: as MSK Connect tells it now, else as it is remembered."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.deployed import Deployed, Past
from cli.naming import Ambiguous, Named, NotNamed, find_connector, what_there_is
from connectops.clients.aws_reads import READ_RETRIES
from connectops.decide.recreate import Subject
from connectops.errors import NotFound, ObservationFailed
from connectops.ledger import connector_of
from connectops.model import MSK_CLUSTER, ConnectorId, Platform
from connectops.observe.msk_connect import TAG_PREFIX, not_described

if TYPE_CHECKING:
    from mypy_boto3_kafkaconnect import KafkaConnectClient


@dataclass(frozen=True, slots=True)
class Known:
    """`unread` says why the worker configuration could not be read, if it could not.

    `remembered_at` is None where MSK Connect was asked, else `not_live_because` says why it could not be.
    """

    key: str
    subject: Subject
    unread: str | None = None
    remembered_at: datetime | None = None
    not_live_because: str | None = None


def read(name: str, deployed: Deployed) -> Known:
    """Raises NotNamed, Unreachable or NotAllowed, where nothing is remembered either."""
    client = deployed.session.client("kafkaconnect", config=READ_RETRIES)
    there = what_there_is(deployed)
    try:
        return live(client, _arn(find_connector(name, there)))
    except Ambiguous:
        raise
    except (NotNamed, NotFound, ObservationFailed) as err:
        connector = _as_msk(name)
        is_gone = isinstance(err, NotFound) or (there.listed_all and connector.name not in there.arns)
        why = "MSK Connect has none of that name" if is_gone else str(err)
        known = _remembered(client, deployed.past, connector, why, is_gone=is_gone)
        if known is None:
            raise
        return known


def _arn(named: Named) -> str:
    if named.connector.platform is not Platform.MSK_CONNECT:
        raise NotNamed(
            f"{named.connector.key} is not on MSK Connect: `connectops restart` can restart a FAILED one there"
        )
    if named.arn is None:
        raise NotNamed(f"{named.connector.key} is not listed by MSK Connect")
    return named.arn


def _as_msk(name: str) -> ConnectorId:
    return connector_of(f"{MSK_CLUSTER}/{name.removeprefix(f'{MSK_CLUSTER}/')}")


def live(client: KafkaConnectClient, arn: str) -> Known:
    """Raises NotFound, Unreachable or NotAllowed; a worker configuration that cannot be read is said and no error."""
    try:
        connector = client.describe_connector(connectorArn=arn)
        tags = client.list_tags_for_resource(resourceArn=arn).get("tags", {})
    except (BotoCoreError, ClientError) as err:
        raise not_described("MSK Connect: DescribeConnector, ListTagsForResource", err) from err
    properties, unread = _worker_properties(client, connector)
    return Known(f"{MSK_CLUSTER}/{connector['connectorName']}", Subject(connector, tags, properties), unread)


def _remembered(
    client: KafkaConnectClient, past: Past, connector: ConnectorId, why: str, *, is_gone: bool
) -> Known | None:
    kept = past.descriptions.kept_of(connector)
    if kept is None:
        return None
    facts = past.facts.recall([connector]).get(connector)
    tags = {f"{TAG_PREFIX}{name}": value for name, value in (facts and facts.tags) or ()}
    properties, unread = _worker_properties(client, kept.description)
    return Known(connector.key, Subject(kept.description, tags, properties, is_gone), unread, kept.at, why)


def _worker_properties(client: KafkaConnectClient, connector: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Their text, or why it is not known; a worker configuration outlives its connectors."""
    used = connector.get("workerConfiguration")
    if not used:
        return None, None
    try:
        told = client.describe_worker_configuration(workerConfigurationArn=used["workerConfigurationArn"])
    except (BotoCoreError, ClientError) as err:
        return None, str(err)
    latest = told["latestRevision"]
    if latest["revision"] != used["revision"]:
        return None, f"it uses revision {used['revision']}, and MSK Connect shows only the latest, {latest['revision']}"
    return base64.b64decode(latest["propertiesFileContent"]).decode("utf-8", "replace"), None
