"""The ledger's table, as the template makes it: keys and indexes are written down once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.template.stack import properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MADE_WITH = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
TABLE: dict[str, Any] = {name: properties("Ledger")[name] for name in MADE_WITH}


def a_table(client: DynamoDBClient) -> None:
    client.create_table(TableName="ledger", **TABLE)
