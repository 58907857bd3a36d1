"""What we know and did: one DynamoDB table, one item per connector, written only under a condition.

| pk            | sk              | attributes                                                        |
|---------------|-----------------|-------------------------------------------------------------------|
| `cluster/name` | `STATE`         | `version`, `record` (JSON of model.ConnectorRecord), `open`, `expires_at` |
| `cluster/name` | `INCIDENT#<id>` | `incident` (JSON of model.Incident) of an ended incident, `schema`, `expires_at` |

What connectors have in common is in `fleet_items`.

`open` is there only while a connector needs to be looked at again: the sparse index `open` lists exactly those.
Every write names the version it read, so a claim can be won once; losing the race is `LostRace`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from connectops import fleet_items
from connectops.errors import LostRace, MalformedEvent, Overtaken, Unreachable
from connectops.model import (
    MSK_CLUSTER,
    Concerns,
    ConnectorId,
    ConnectorRecord,
    FleetIncident,
    FleetItem,
    Incident,
    Member,
    Membership,
    Platform,
    Surroundings,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SCHEMA = 1
STATE, INCIDENT = "STATE", "INCIDENT#"
OPEN_INDEX = "open"
_FAILED = "ConditionalCheckFailed"
STATE_KEPT_FOR = timedelta(days=7)
INCIDENT_KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class _State:
    schema: int
    record: ConnectorRecord


@dataclass(frozen=True, slots=True)
class Unread:
    """An item of the table that this version cannot read: where it is, and why."""

    where: str
    why: str


_encoder = msgspec.json.Encoder()
_state_decoder = msgspec.json.Decoder(_State)
_schema_decoder = msgspec.json.Decoder(dict[str, Any])
_incident_decoder = msgspec.json.Decoder(Incident)


def connector_of(key: str) -> ConnectorId:
    """The inverse of `ConnectorId.key`: cluster names hold no slash, connector names may."""
    cluster, _, name = key.partition("/")
    return ConnectorId(Platform.MSK_CONNECT if cluster == MSK_CLUSTER else Platform.KAFKA_CONNECT, cluster, name)


class Ledger:
    """Reads and writes the table. `client` is a boto3 DynamoDB client."""

    def __init__(self, table_name: str, client: DynamoDBClient) -> None:
        self._table = table_name
        self._client = client

    def load(self, connector: ConnectorId) -> ConnectorRecord:
        """The record of a connector; a fresh one (version 0) if there is none. Strongly consistent."""
        key = {"pk": {"S": connector.key}, "sk": {"S": STATE}}
        try:
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        except (BotoCoreError, ClientError) as err:
            raise _unreachable(err) from err
        if "Item" not in answer:
            return ConnectorRecord(connector)
        return _decode_state(connector, answer["Item"]["record"]["S"])

    def around(self, concerns: Concerns) -> Surroundings:
        """What of the fleet a step has to do with. Strongly consistent."""
        try:
            items = self._get(fleet_items.wanted(concerns))
            members = self._members(concerns.members_of) if concerns.members_of else ()
            return fleet_items.surroundings(concerns, items, members)
        except (BotoCoreError, ClientError) as err:
            raise _unreachable(err) from err

    def save(
        self,
        record: ConnectorRecord,
        now: datetime,
        ended: Incident | None = None,
        beside: tuple[FleetItem, ...] = (),
    ) -> ConnectorRecord:
        """Write the next version, with an incident that ended by it and items of the fleet: all of it, or nothing.

        Raises LostRace if the record was overtaken, Overtaken if only an item of the fleet was.
        """
        written = replace(record, version=record.version + 1)
        puts = [self._state_put(written, now)]
        puts += [self._incident_put(ended, now)] if ended else []
        puts += [fleet_items.put(self._table, item, now) for item in beside]
        try:
            if len(puts) == 1:
                self._client.put_item(**puts[0])
            else:
                self._client.transact_write_items(TransactItems=[{"Put": put} for put in puts])  # type: ignore[typeddict-item]  # built by us
        except ClientError as err:
            raise _not_written(record, err) from err
        except BotoCoreError as err:
            raise _unreachable(err) from err
        return written

    def open_connectors(self) -> frozenset[ConnectorId]:
        """Connectors with an incident, a suspicion, remembered attempts or an undelivered notice."""
        try:
            return frozenset(connector_of(item["pk"]["S"]) for item in self._query_open())
        except (BotoCoreError, ClientError) as err:
            raise _unreachable(err) from err

    def incidents(self, connector: ConnectorId) -> Iterator[Incident]:
        """Ended incidents of a connector, newest first, without those of a newer version."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
            ExpressionAttributeValues={":pk": {"S": connector.key}, ":kind": {"S": INCIDENT}},
            ScanIndexForward=False,
        )
        for page in pages:
            yield from (read for item in page["Items"] for read in _incidents_in(item) if isinstance(read, Incident))

    def every_incident(self) -> Iterator[Incident | FleetIncident | Member | Unread]:
        """Every incident that is remembered, open or ended, also of shared sources with those who take part in them.

        In no order; what is of a newer version is named.

        Reads the whole table: for people. Raises Unreachable.
        """
        try:
            for page in self._client.get_paginator("scan").paginate(TableName=self._table):
                yield from (read for item in page["Items"] for read in _incidents_in(item))
        except (BotoCoreError, ClientError) as err:
            raise _unreachable(err) from err

    def remembered(self) -> frozenset[ConnectorId]:
        """Every connector with a record. Reads the whole table: for people. Raises Unreachable."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :state",
            ExpressionAttributeValues={":state": {"S": STATE}},
            ProjectionExpression="pk",
        )
        try:
            return frozenset(connector_of(item["pk"]["S"]) for page in pages for item in page["Items"])
        except (BotoCoreError, ClientError) as err:
            raise _unreachable(err) from err

    def _get(self, keys: list[fleet_items.Key]) -> list[dict[str, Any]]:
        """Items by their keys, in one call; what the table had no breath for is asked for again, once."""
        found: list[dict[str, Any]] = []
        for _ in range(2):
            if not keys:
                return found
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            found += answer["Responses"].get(self._table, [])
            rest = answer["UnprocessedKeys"].get(self._table)
            keys = list(rest["Keys"]) if rest else []
        if keys:
            raise Unreachable(f"the ledger did not answer: {len(keys)} items of the fleet were not read")
        return found

    def _members(self, membership: Membership) -> Iterator[dict[str, Any]]:
        pk, begin = fleet_items.members_of(membership)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :begin)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":begin": {"S": begin}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def _query_open(self) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=OPEN_INDEX,
            KeyConditionExpression="#open = :open",
            ExpressionAttributeNames={"#open": "open"},
            ExpressionAttributeValues={":open": {"S": "open"}},
        )
        for page in pages:
            yield from page["Items"]

    def _state_put(self, record: ConnectorRecord, now: datetime) -> dict[str, Any]:
        item: dict[str, Any] = {
            "pk": {"S": record.connector.key},
            "sk": {"S": STATE},
            "version": {"N": str(record.version)},
            "record": {"S": _encoder.encode(_State(SCHEMA, record)).decode()},
        }
        if record.is_open:
            item["open"] = {"S": "open"}
        else:
            item["expires_at"] = {"N": str(int((now + STATE_KEPT_FOR).timestamp()))}
        return {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR version = :read"
            if record.version == 1
            else "version = :read",
            "ExpressionAttributeValues": {":read": {"N": str(record.version - 1)}},
        }

    def _incident_put(self, incident: Incident, now: datetime) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": {
                "pk": {"S": incident.connector.key},
                "sk": {"S": f"{INCIDENT}{incident.id}"},
                "schema": {"N": str(SCHEMA)},
                "incident": {"S": _encoder.encode(incident).decode()},
                "expires_at": {"N": str(int((now + INCIDENT_KEPT_FOR).timestamp()))},
            },
        }


def _not_written(record: ConnectorRecord, err: ClientError) -> LostRace | Unreachable:
    """Source: PutItem and TransactWriteItems in the DynamoDB API reference; reasons stand in the order of the items."""
    reasons = [reason.get("Code") for reason in err.response.get("CancellationReasons", [])]
    lost = err.response["Error"]["Code"] == "ConditionalCheckFailedException" or _FAILED in reasons[:1]
    if lost:
        return LostRace(f"{record.connector.key}: version {record.version} was overtaken")
    if _FAILED in reasons or "TransactionConflict" in reasons:
        return Overtaken(f"{record.connector.key}: others wrote an item of the fleet first")
    return _unreachable(err)


def _unreachable(err: Exception) -> Unreachable:
    return Unreachable(f"the ledger did not answer: {err}")


def _incidents_in(item: Mapping[str, Any]) -> tuple[Incident | FleetIncident | Member | Unread, ...]:
    """The incidents that an item holds, or why they cannot be read."""
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    try:
        if pk.startswith("#"):
            shared = fleet_items.told_by(item)
            return (shared,) if shared else ()
        if sk == STATE:
            record = _decode_state(connector_of(pk), item["record"]["S"])
            return tuple(each for each in (record.incident, record.failed_update) if each)
        if not sk.startswith(INCIDENT):
            return ()
        schema = item.get("schema", {"N": str(SCHEMA)})["N"]
        if schema != str(SCHEMA):
            why = f"it has schema {schema}, this version reads {SCHEMA}: use the newer version"
            return (Unread(f"{pk} {sk}", why),)
        return (_incident_decoder.decode(item["incident"]["S"]),)
    except (MalformedEvent, msgspec.MsgspecError) as err:
        return (Unread(f"{pk} {sk}", str(err)),)


def _decode_state(connector: ConnectorId, text: str) -> ConnectorRecord:
    schema = _schema_decoder.decode(text).get("schema")
    if schema != SCHEMA:
        raise MalformedEvent(
            f"the ledger's record of {connector.key} has schema {schema}, this version reads {SCHEMA}:"
            " deploy the newer version again"
        )
    return _state_decoder.decode(text).record
