"""What holds for the whole deployment, in the ledger's table: the mode that a person set, the policy file as last read.

| pk           | sk       | attributes                                             |
|--------------|----------|--------------------------------------------------------|
| `deployment` | `MODE`   | `order` (JSON of model.StandingOrder), `at` (ISO 8601) |
| `deployment` | `POLICY` | the same                                               |

No connector's key is `deployment`: keys hold a slash. An older order never overwrites a newer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from connectops.errors import Unreachable
from connectops.model import StandingOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DEPLOYMENT = "deployment"

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(StandingOrder)


@dataclass(frozen=True, slots=True)
class Standing:
    """The orders that stand; None where none was ever given."""

    mode: StandingOrder | None = None
    policy: StandingOrder | None = None


class StandingOrders:
    """Reads and writes them. `client` is a boto3 DynamoDB client."""

    def __init__(self, table_name: str, client: DynamoDBClient) -> None:
        self._table = table_name
        self._client = client

    def load(self) -> Standing:
        """Both, strongly consistent: who was told to stop must not act on what stood before. Raises Unreachable."""
        try:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": DEPLOYMENT}},
                ConsistentRead=True,
            )
        except (BotoCoreError, ClientError) as err:
            raise _unreachable(err) from err
        found = {item["sk"]["S"]: _decoder.decode(item["order"]["S"]) for item in answer["Items"]}
        return Standing(found.get("MODE"), found.get("POLICY"))

    def save(self, order: StandingOrder) -> bool:
        """Whether it stands now: False if a newer one was there already. Raises Unreachable."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "pk": {"S": DEPLOYMENT},
                    "sk": {"S": "MODE" if order.mode is not None else "POLICY"},
                    "order": {"S": _encoder.encode(order).decode()},
                    "at": {"S": order.at.isoformat()},
                },
                ConditionExpression="attribute_not_exists(pk) OR #at <= :at",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":at": {"S": order.at.isoformat()}},
            )
        except ClientError as err:
            if err.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise _unreachable(err) from err
        except BotoCoreError as err:
            raise _unreachable(err) from err
        return True


def _unreachable(err: Exception) -> Unreachable:
    return Unreachable(f"the ledger did not answer: {err}")
