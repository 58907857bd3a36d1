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
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from connectops.errors import MalformedEvent, Unreachable
from connectops.model import ConnectorId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SCHEMA = 1
SORT_KEY = "DESCRIPTION"
KEPT_FOR = timedelta(days=90)
"""As long as an ended incident. Of a connector that is there it is written anew whenever its facts are forgotten."""
_MICROSECONDS = 1_000_000


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
        self._table = table_name
        self._client = client
        self._without_secrets = without_secrets

    def keep(self, connector: ConnectorId, answer: Mapping[str, Any], now: datetime) -> None:
        """Keep what may be kept of an answer of DescribeConnector, unless a newer one is there. Raises Unreachable."""
        kept_at = int(now.timestamp() * _MICROSECONDS)
        item = {
            **_key(connector),
            "description": {"S": json.dumps(self._without_secrets(answer), ensure_ascii=False)},
            "schema": {"N": str(SCHEMA)},
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

    def kept_of(self, connector: ConnectorId) -> Kept | None:
        """The newest that was kept. Raises Unreachable, or MalformedEvent where a newer version wrote it."""
        try:
            item = self._client.get_item(TableName=self._table, Key=_key(connector)).get("Item")
        except (BotoCoreError, ClientError) as err:
            raise _unreachable(err) from err
        if item is None:
            return None
        if item["schema"]["N"] != str(SCHEMA):
            raise MalformedEvent(
                f"the description of {connector.key} has schema {item['schema']['N']}, this version reads {SCHEMA}:"
                " use the newer version"
            )
        at = datetime.fromtimestamp(int(item["kept_at"]["N"]) / _MICROSECONDS, UTC)
        return Kept(json.loads(item["description"]["S"]), at)


def _key(connector: ConnectorId) -> dict[str, Any]:
    return {"pk": {"S": f"facts#{connector.key}"}, "sk": {"S": SORT_KEY}}


def _unreachable(err: Exception) -> Unreachable:
    return Unreachable(f"the table of descriptions did not answer: {err}")
