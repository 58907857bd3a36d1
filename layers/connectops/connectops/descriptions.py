"""The last description of each connector on MSK Connect, without secrets: what is left of one that is gone.

| pk                   | sk            | attributes                                                             |
|----------------------|---------------|------------------------------------------------------------------------|
| `facts#cluster/name` | `DESCRIPTION` | `description` (JSON), `schema`, `kept_at` (microseconds), `expires_at` |

It stands beside the connector's facts and is not one of them: every process reads those, this only a person does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from connectops.errors import MalformedEvent
from connectops.model import ConnectorId
from connectops.newest_items import NewestItems, kept_at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SCHEMA = 1
SORT_KEY = "DESCRIPTION"
KEPT_FOR = timedelta(days=90)
"""As long as an ended incident. Of a connector that is there it is written anew whenever its facts are forgotten."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A description without secrets, and when MSK Connect gave it."""

    description: Mapping[str, Any]
    at: datetime


class Descriptions:
    """`client` is a boto3 DynamoDB client; `without_secrets` makes of an answer what may be kept of it."""

    def __init__(
        self,
        table_name: str,
        client: DynamoDBClient,
        without_secrets: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    ) -> None:
        self._items = NewestItems(table_name, client, SORT_KEY, "descriptions", KEPT_FOR)
        self._without_secrets = without_secrets

    def keep(self, connector: ConnectorId, answer: Mapping[str, Any], now: datetime) -> None:
        """Keep what may be kept of an answer of DescribeConnector, unless a newer one is there. Raises Unreachable."""
        kept = json.dumps(self._without_secrets(answer), ensure_ascii=False)
        self._items.put(connector, {"description": {"S": kept}, "schema": {"N": str(SCHEMA)}}, now)

    def kept_of(self, connector: ConnectorId) -> Kept | None:
        """The newest that was kept. Raises Unreachable, or MalformedEvent where a newer version wrote it."""
        try:
            item = self._items.client.get_item(TableName=self._items.table, Key=self._items.key(connector)).get("Item")
        except (BotoCoreError, ClientError) as err:
            raise self._items.unreachable(err) from err
        if item is None:
            return None
        if item["schema"]["N"] != str(SCHEMA):
            raise MalformedEvent(
                f"the description of {connector.key} has schema {item['schema']['N']}, this version reads {SCHEMA}:"
                " use the newer version"
            )
        return Kept(json.loads(item["description"]["S"]), kept_at(item))
