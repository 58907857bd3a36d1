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

from connectops.errors import Unreachable
from connectops.model import ConnectorId, Facts

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
        self._table = table_name
        self._client = client

    def recall(self, connectors: Collection[ConnectorId]) -> Mapping[ConnectorId, Facts]:
        """What is remembered of these connectors."""
        found: dict[ConnectorId, Facts] = {}
        for batch in batched(connectors, ITEMS_A_CALL, strict=False):
            keys = [_key(connector) for connector in batch]
            while keys:
                items, keys = self._get(keys)
                found |= {facts.connector: facts for item in items if (facts := _facts(item))}
        return found

    def remember(self, facts: Facts, now: datetime) -> None:
        """Remember, unless something newer is remembered already."""
        kept_at = int(now.timestamp() * 1_000_000)
        item = {
            **_key(facts.connector),
            "facts": {"S": _encoder.encode(_Stored(SCHEMA, facts)).decode()},
            "kept_at": {"N": str(kept_at)},
            "expires_at": {"N": str(int((now + KEPT_FOR).timestamp()))},
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR kept_at < :kept_at",
                ExpressionAttributeValues={":kept_at": {"N": str(kept_at)}},
            )
        except ClientError as err:
            if err.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise _unreachable(err) from err
        except BotoCoreError as err:
            raise _unreachable(err) from err

    def _get(self, keys: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Items, and the keys that the table left for another call."""
        try:
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys}})
        except (BotoCoreError, ClientError) as err:
            raise _unreachable(err) from err
        left = answer["UnprocessedKeys"]
        return list(answer["Responses"].get(self._table, [])), list(left[self._table]["Keys"]) if left else []


def _key(connector: ConnectorId) -> dict[str, Any]:
    return {"pk": {"S": f"facts#{connector.key}"}, "sk": {"S": SORT_KEY}}


def _facts(item: Mapping[str, Any]) -> Facts | None:
    try:
        stored = _decoder.decode(item["facts"]["S"])
    except msgspec.MsgspecError:
        return None
    return stored.facts if stored.schema == SCHEMA else None


def _unreachable(err: Exception) -> Unreachable:
    return Unreachable(f"the table of facts did not answer: {err}")
