"""Which causes are alike, and of which kind of shared source a cause speaks.

A lost connection says something about the database, and about the network to it; a missing permission says nothing
about the network. Causes that a restart cures are alike by whom the connector was talking to, others only if they are
the same. A failure without a cause may be anything, so it is compared with its like on every source.
"""

from __future__ import annotations

from connectops.decide.restart_policy import verdict_of
from connectops.model import UNKNOWN_CLASS, FleetIncident, Incident, Shared, SharedSource, Verdict

_SPEAKS_OF: tuple[tuple[tuple[str, ...], tuple[Shared, ...]], ...] = (
    (("MYSQL_", "PG_", "MONGO_", "MSSQL_", "ORACLE_", "OTHER_DB_", "DBZ_", "DDL_", "SINK_"), (Shared.DATABASE,)),
    (("UNKNOWN_TABLE_SCHEMA", "EXTERNAL_"), (Shared.DATABASE,)),
    (("KAFKA_", "SCHEMA_"), (Shared.KAFKA,)),
    (("CONNECT_",), (Shared.WORKERS, Shared.PLUGIN)),
    (("AWS_",), (Shared.WORKERS, Shared.SUBNET)),
)
_BY_NETWORK = ("_CONN_LOST", "_UNREACHABLE", "_UNAVAILABLE", "_TRANSIENT", "_DNS_FAILURE")
_NETWORK = "network"
_KINDS = tuple(Shared)


def speaks_of(failure_class: str) -> tuple[Shared, ...]:
    """The kinds of sources that a cause may come from; all of them for one that is not known."""
    found = [kinds for prefixes, kinds in _SPEAKS_OF if failure_class.startswith(prefixes)]
    if not found or failure_class == UNKNOWN_CLASS:
        return _KINDS
    return (*found[0], Shared.SUBNET) if failure_class.endswith(_BY_NETWORK) else found[0]


def kin(kind: Shared, failure_class: str, verdict: Verdict) -> str:
    """Equal for causes that are alike where a source of this kind is shared."""
    if failure_class == UNKNOWN_CLASS or not verdict.restarts:
        return failure_class
    return _NETWORK if kind is Shared.SUBNET else failure_class.partition("_")[0]


def suspects(shares: tuple[SharedSource, ...], incident: Incident) -> tuple[SharedSource, ...]:
    """The shared sources that may be to blame for an incident, the most telling first."""
    kinds = speaks_of(incident.failure_class)
    return tuple(
        sorted(
            (source for source in shares if source.kind in kinds),
            key=lambda source: (_KINDS.index(source.kind), source.name),
        )
    )


def fits(shared: FleetIncident, incident: Incident) -> bool:
    """Whether a connector that fails so is one more of those that fail alike."""
    kind, failure_class, verdict = shared.source.kind, incident.failure_class, verdict_of(incident)
    if failure_class == UNKNOWN_CLASS:
        return True
    if kind not in speaks_of(failure_class):
        return False
    return kin(kind, failure_class, verdict) in shared.kin or (UNKNOWN_CLASS in shared.kin and verdict.restarts)
