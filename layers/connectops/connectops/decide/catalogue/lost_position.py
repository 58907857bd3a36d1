"""What can be done when a connector's place in its source is lost: choices with their price, for a person to make.

Sources: `snapshot.mode` and "Ad hoc snapshots" in the Debezium documentation of each connector; KIP-875 (offsets by REST,
Kafka Connect 3.6); "Manage source connector offsets using offset.storage.topic" in the MSK Connect developer guide.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectops.model import Platform

EVERYWHERE = (Platform.MSK_CONNECT, Platform.KAFKA_CONNECT)
SELF_MANAGED, ON_MSK = (Platform.KAFKA_CONNECT,), (Platform.MSK_CONNECT,)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out; `price` is what it costs, or what stays wrong. `on` says where it can be had."""

    name: str
    how: str
    price: str
    on: tuple[Platform, ...] = EVERYWHERE


WHEN_NEEDED = Choice(
    "New snapshot at the next start",
    "Mend the retention first, or it happens again. Set snapshot.mode=when_needed, where the connector's version knows it,"
    " and restart: it finds its position gone and takes a snapshot of all its tables. Set it back afterwards.",
    "Every row comes again, as a read (`r`): load on the source, duplicates for consumers that do not upsert. Rows that were"
    " deleted meanwhile are told by nobody: they stay downstream. Changes between two states of a row are lost.",
)
BY_SIGNAL = Choice(
    "Go on from now, then fill the gap by signal",
    "Forget the old offsets (below) and start with snapshot.mode=no_data (schema_only before Debezium 2.6). Once it streams,"
    " insert a row with type execute-snapshot and the tables that were written meanwhile into its signalling table.",
    "Streams at once, and reads only the tables that you name. It needs signal.data.collection and primary keys. Until the"
    " snapshot is through, consumers miss what was written in the gap; deleted rows stay downstream.",
)
RECOVERY = Choice(
    "snapshot.mode=recovery (schema_only_recovery before Debezium 2.6)",
    "Only where the schema history topic is lost and the position is still there: it writes the history anew from the"
    " tables as they are.",
    "It fills no gap and finds no position. If a table was altered after the position, it reads records with the wrong"
    " schema, or dies.",
)
DELETE_OFFSETS = Choice(
    "Delete or alter the offsets by REST (Kafka Connect 3.6 or later)",
    "PUT /connectors/NAME/stop, GET /connectors/NAME/offsets (keep the answer), then DELETE /connectors/NAME/offsets, or"
    " PATCH it with a position that the source still has; then PUT /connectors/NAME/resume.",
    "After DELETE it starts as new, as snapshot.mode says. After PATCH everything between the old and the new position is"
    " skipped, or written again, without a word. STOPPED stops all its tasks.",
    SELF_MANAGED,
)
NEW_TOPIC = Choice(
    "Forget the offsets by a new offset topic (MSK Connect has no REST API for offsets)",
    "Create the connector again (`connectops recreate NAME`) with a worker configuration whose offset.storage.topic is a"
    " new one. Another connector name does the same: the name is part of the key of each offset.",
    "It starts as new, as snapshot.mode says. Its offsets cannot be altered: there is no going on from a chosen position.",
    ON_MSK,
)
OLD_TOPIC = Choice(
    "Give it back its old offsets",
    "If it was created again: let offset.storage.topic in its worker configuration name the topic that the former one"
    " used; without that property this was __amazon_msk_connect_offsets_<name>_<id at the end of the former ARN>."
    " Keep the connector's name.",
    "Nothing is lost as long as the source still has that position. What it wrote meanwhile from the beginning stays as"
    " duplicates.",
    ON_MSK,
)
NEW_CONNECTOR = Choice(
    "A second connector beside it",
    "Create one with another name, topic.prefix, and slot.name or database.server.id, with snapshot.mode=initial; move the"
    " consumers to the new topics when its snapshot is through.",
    "A clean state, deletions included, and no pause for those who read the old topics. Twice the load on the source"
    " meanwhile, and every consumer has to be moved.",
)
ACCEPT = Choice(
    "Accept the gap",
    "Forget the offsets and start with snapshot.mode=no_data (schema_only before Debezium 2.6).",
    "All that was written between the lost position and the start is lost downstream for good, and nothing says so later."
    " Write down from when to when.",
)
NEW_SLOT = Choice(
    "A new replication slot",
    "SELECT pg_drop_replication_slot('NAME') if it is invalid, then let the connector create it, or"
    " pg_create_logical_replication_slot('NAME', 'pgoutput').",
    "A slot begins at the present: alone it only moves the gap. Create it first, then take the snapshot, so that nothing is"
    " written between them unseen.",
)

_FORGET = (DELETE_OFFSETS, NEW_TOPIC)
_LOG_GONE = (WHEN_NEEDED, BY_SIGNAL, *_FORGET, NEW_CONNECTOR, ACCEPT)

CHOICES: dict[str, tuple[Choice, ...]] = {
    "MYSQL_BINLOG_POSITION_LOST": (*_LOG_GONE, RECOVERY),
    "MYSQL_GTID_PURGED": (*_LOG_GONE, RECOVERY),
    "PG_SLOT_MISSING": (NEW_SLOT, *_LOG_GONE),
    "PG_WAL_REMOVED": (NEW_SLOT, *_LOG_GONE),
    "MONGO_RESUME_TOKEN_LOST": _LOG_GONE,
    "ORACLE_LOG_MISSING": (*_LOG_GONE, RECOVERY),
    "CONNECT_OFFSETS_LOST": (OLD_TOPIC, DELETE_OFFSETS, WHEN_NEEDED, BY_SIGNAL, NEW_CONNECTOR, ACCEPT),
}
"""The choices for each failure class that means a lost position; those that are tried first stand first."""


def choices_for(failure_class: str, platform: Platform) -> tuple[Choice, ...]:
    """What can be done about it there; nothing where no position is lost."""
    return tuple(each for each in CHOICES.get(failure_class, ()) if platform in each.on)
