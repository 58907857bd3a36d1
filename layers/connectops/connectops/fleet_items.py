"""The items of the table that connectors have in common: their keys, their content, when they may be written.

| pk                  | sk                          | attributes                                          |
|---------------------|-----------------------------|-----------------------------------------------------|
| `#fleet`            | `BUDGET`                    | `version`, `item` (JSON of model.RestartBudget)     |
| `#cluster/<name>`   | `LOCK`                      | `version`, `item` (JSON of model.ClusterLock)       |
| `#source/<kind:name>` | `SOURCE`                  | `version`, `item` (JSON of model.SourceRecord)      |
| `#source/<kind:name>` | `MEMBER#<incident>#<key>` | `item` (JSON of model.Member)                       |
| `#source/<kind:name>` | `INCIDENT#<incident>`     | `item` (JSON of model.FleetIncident), once it ended |

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
    FleetIncident,
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
SOURCE, MEMBER, INCIDENT = "SOURCE", "MEMBER#", "INCIDENT#"
KEPT_FOR = timedelta(days=7)
TOLD_FOR = timedelta(days=90)
"""Who took part in which incident, as long as the incidents of single connectors."""

type Key = dict[str, Any]

Versioned = RestartBudget | ClusterLock | SourceRecord
"""What steps of several connectors race for; a member has one writer, and so has an incident that ended."""

_encoder = msgspec.json.Encoder()


def wanted(concerns: Concerns) -> list[Key]:
    """The keys of what is read for one step; members are found by `members_of`."""
    keys = [_key("#fleet", "BUDGET")] if concerns.budget else []
    keys += [_key(f"#cluster/{concerns.cluster}", "LOCK")] if concerns.cluster is not None else []
    return keys + [_key(_source(source), SOURCE) for source in concerns.sources]


def members_of(membership: Membership) -> tuple[str, str]:
    """The partition of the members of an incident, and how their sort keys begin."""
    return _source(membership.source), f"{MEMBER}{membership.incident_id}#"


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
            return _key(_source(item.source), SOURCE)
        case Member():
            return _key(_source(item.source), f"{MEMBER}{item.incident_id}#{item.connector.key}")
        case FleetIncident():
            return _key(_source(item.source), f"{INCIDENT}{item.id}")
        case _:
            assert_never(item)


def put(table: str, item: FleetItem, now: datetime) -> dict[str, Any]:
    """A PutItem that fails if anybody else wrote the item since it was read, where anybody else may."""
    if not isinstance(item, Versioned):
        return {"TableName": table, "Item": key_of(item) | _content(item, now + TOLD_FOR)}
    written = replace(item, version=item.version + 1)
    return {
        "TableName": table,
        "Item": key_of(item) | _content(written, now + KEPT_FOR) | {"version": {"N": str(written.version)}},
        "ConditionExpression": "version = :read" if item.version else "attribute_not_exists(pk)",
        **({"ExpressionAttributeValues": {":read": {"N": str(item.version)}}} if item.version else {}),
    }


def _content(item: FleetItem, until: datetime) -> dict[str, Any]:
    return {
        "item": {"S": _encoder.encode(item).decode()},
        "schema": {"N": str(SCHEMA)},
        "expires_at": {"N": str(int(until.timestamp()))},
    }


def told_by(item: Mapping[str, Any]) -> FleetIncident | Member | None:
    """The incident of a shared source, open or ended, or the member of one, that an item of the table holds.

    Raises MalformedEvent on a newer schema.
    """
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    if not pk.startswith("#source/"):
        return None
    if sk == SOURCE:
        return _decode(item, SourceRecord).incident
    if sk.startswith(MEMBER):
        return _decode(item, Member)
    return _decode(item, FleetIncident) if sk.startswith(INCIDENT) else None


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
