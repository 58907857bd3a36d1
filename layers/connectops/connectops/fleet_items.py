"""The items of the table that connectors have in common: their keys, their content, when they may be written.

| pk                  | sk                          | attributes                                          |
|---------------------|-----------------------------|-----------------------------------------------------|
| `#fleet`            | `BUDGET`                    | `version`, `item` (JSON of model.RestartBudget)     |
| `#cluster/<name>`   | `LOCK`                      | `version`, `item` (JSON of model.ClusterLock)       |
| `#source/<kind:name>` | `SOURCE`                  | `version`, `item` (JSON of model.SourceRecord)      |
| `#source/<kind:name>` | `MEMBER#<incident>#<key>` | `item` (JSON of model.Member)                       |

All have `schema`, and expire: nothing that was left behind stays for ever.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, assert_never

import msgspec

from connectops.errors import MalformedEvent
from connectops.model import (
    ClusterLock,
    Concerns,
    FleetItem,
    Member,
    Membership,
    RestartBudget,
    SharedSource,
    SourceRecord,
    Surroundings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA = 1
KEPT_FOR = timedelta(days=7)

type Key = dict[str, Any]

_encoder = msgspec.json.Encoder()


def wanted(concerns: Concerns) -> list[Key]:
    """The keys of what is read for one step; members are found by `members_of`."""
    keys = [_key("#fleet", "BUDGET")] if concerns.budget else []
    keys += [_key(f"#cluster/{concerns.cluster}", "LOCK")] if concerns.cluster is not None else []
    return keys + [_key(_source(source), "SOURCE") for source in concerns.sources]


def members_of(membership: Membership) -> tuple[str, str]:
    """The partition of the members of an incident, and how their sort keys begin."""
    return _source(membership.source), f"MEMBER#{membership.incident_id}#"


def surroundings(
    concerns: Concerns, items: Iterable[Mapping[str, Any]], members: Iterable[Mapping[str, Any]]
) -> Surroundings:
    """What was asked for; what is not in the table is fresh (version 0). Raises MalformedEvent on a newer schema."""
    found = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}

    def read[Item: (RestartBudget, ClusterLock, SourceRecord)](fresh: Item) -> Item:
        key = key_of(fresh)
        item = found.get((key["pk"]["S"], key["sk"]["S"]))
        return fresh if item is None else _decode(item, type(fresh))

    return Surroundings(
        budget=read(RestartBudget()) if concerns.budget else None,
        lock=read(ClusterLock(concerns.cluster)) if concerns.cluster is not None else None,
        sources=tuple(read(SourceRecord(source)) for source in concerns.sources),
        members=tuple(_decode(item, Member) for item in members),
    )


def key_of(item: FleetItem) -> Key:
    match item:
        case RestartBudget():
            return _key("#fleet", "BUDGET")
        case ClusterLock():
            return _key(f"#cluster/{item.cluster}", "LOCK")
        case SourceRecord():
            return _key(_source(item.source), "SOURCE")
        case Member():
            return _key(_source(item.source), f"MEMBER#{item.incident_id}#{item.connector.key}")
        case _:
            assert_never(item)


def put(table: str, item: FleetItem, now: datetime) -> dict[str, Any]:
    """A PutItem that fails if anybody else wrote the item since it was read; a member has one writer."""
    written = item if isinstance(item, Member) else replace(item, version=item.version + 1)
    content = {
        "item": {"S": _encoder.encode(written).decode()},
        "schema": {"N": str(SCHEMA)},
        "expires_at": {"N": str(int((now + KEPT_FOR).timestamp()))},
    }
    if isinstance(item, Member):
        return {"TableName": table, "Item": key_of(item) | content}
    return {
        "TableName": table,
        "Item": key_of(item) | content | {"version": {"N": str(item.version + 1)}},
        "ConditionExpression": "version = :read" if item.version else "attribute_not_exists(pk)",
        **({"ExpressionAttributeValues": {":read": {"N": str(item.version)}}} if item.version else {}),
    }


def _source(source: SharedSource) -> str:
    return f"#source/{source.key}"


def _key(pk: str, sk: str) -> Key:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _decode[Item](item: Mapping[str, Any], kind: type[Item]) -> Item:
    schema = item["schema"]["N"]
    if schema != str(SCHEMA):
        where = f"{item['pk']['S']} {item['sk']['S']}"
        raise MalformedEvent(
            f"the ledger's {where} has schema {schema}, this version reads {SCHEMA}: deploy the newer one"
        )
    return msgspec.json.decode(item["item"]["S"], type=kind)
