"""What poll_connectors remembers of connectors on MSK Connect: items of the ledger's table, one a connector.

| pk                  | sk      | attributes                                                        |
|---------------------|---------|-------------------------------------------------------------------|
| `facts#cluster/name` | `FACTS` | `facts` (JSON of model.Facts), `kept_at` (microseconds), `expires_at` |

It saves calls and decides nothing: what is lost, unreadable or expired is read again from MSK Connect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from connectops.model import ConnectorId, Facts
from connectops.newest_items import NewestItems

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SCHEMA = 1
SORT_KEY = "FACTS"
ITEMS_A_CALL = 100  # BatchGetItem
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Stored:
    schema: int
    facts: Facts


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Stored)


class FactsTable:
    """`client` is a boto3 DynamoDB client. Both methods raise Unreachable."""

    def __init__(self, table_name: str, client: DynamoDBClient) -> None:
        self._items = NewestItems(table_name, client, SORT_KEY, "facts", KEPT_FOR)

    def recall(self, connectors: Collection[ConnectorId]) -> Mapping[ConnectorId, Facts]:
        """What is remembered of these connectors."""
        found: dict[ConnectorId, Facts] = {}
        for batch in batched(connectors, ITEMS_A_CALL, strict=False):
            keys = [self._items.key(connector) for connector in batch]
            while keys:
                items, keys = self._get(keys)
                found |= {facts.connector: facts for item in items if (facts := _facts(item))}
        return found

    def remember(self, facts: Facts, now: datetime) -> None:
        """Remember, unless something newer is remembered already."""
        stored = {"facts": {"S": _encoder.encode(_Stored(SCHEMA, facts)).decode()}}
        self._items.put(facts.connector, stored, now)

    def _get(self, keys: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Items, and the keys that the table left for another call."""
        try:
            answer = self._items.client.batch_get_item(RequestItems={self._items.table: {"Keys": keys}})
        except (BotoCoreError, ClientError) as err:
            raise self._items.unreachable(err) from err
        left = answer["UnprocessedKeys"]
        return list(answer["Responses"].get(self._items.table, [])), list(
            left[self._items.table]["Keys"]
        ) if left else []


def _facts(item: Mapping[str, Any]) -> Facts | None:
    try:
        stored = _decoder.decode(item["facts"]["S"])
    except msgspec.MsgspecError:
        return None
    return stored.facts if stored.schema == SCHEMA else None
