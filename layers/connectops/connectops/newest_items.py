"""Items of the ledger's table about what was read of a connector: of each kind one, and the newest stays.

| pk                   | sk       | attributes                                                |
|----------------------|----------|-----------------------------------------------------------|
| `facts#cluster/name` | the kind | its own, `kept_at` (microseconds), `expires_at` (seconds) |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from connectops.errors import Unreachable
from connectops.model import ConnectorId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class NewestItems:
    """All items of one kind; `named` is what errors call them."""

    table: str
    client: DynamoDBClient
    kind: str
    named: str
    kept_for: timedelta

    def key(self, connector: ConnectorId) -> dict[str, Any]:
        return key_of(connector, self.kind)

    def put(self, connector: ConnectorId, attributes: Mapping[str, Any], now: datetime) -> None:
        """Put it, unless a newer one is there. Raises Unreachable."""
        kept_at = {"N": str(int(now.timestamp() * _MICROSECONDS))}
        expires_at = {"N": str(int((now + self.kept_for).timestamp()))}
        try:
            self.client.put_item(
                TableName=self.table,
                Item={**self.key(connector), **attributes, "kept_at": kept_at, "expires_at": expires_at},
                ConditionExpression="attribute_not_exists(pk) OR kept_at < :kept_at",
                ExpressionAttributeValues={":kept_at": kept_at},
            )
        except ClientError as err:
            if err.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise self.unreachable(err) from err
        except BotoCoreError as err:
            raise self.unreachable(err) from err

    def unreachable(self, err: Exception) -> Unreachable:
        return Unreachable(f"the table of {self.named} did not answer: {err}")


def key_of(connector: ConnectorId, kind: str) -> dict[str, Any]:
    return {"pk": {"S": f"facts#{connector.key}"}, "sk": {"S": kind}}


def kept_at(item: Mapping[str, Any]) -> datetime:
    """When an item was put."""
    return datetime.fromtimestamp(int(item["kept_at"]["N"]) / _MICROSECONDS, UTC)
