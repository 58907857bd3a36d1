"""Which connector somebody means: a name alone where only one cluster has it, else `cluster/name`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError

from cli.deployed import Deployed
from connectops.clients.aws_reads import READ_RETRIES
from connectops.ledger import connector_of
from connectops.model import MSK_CLUSTER, ConnectorId
from connectops.observe.msk_connect import MskConnect


class NotNamed(Exception):
    """No connector, or more than one, is called so; says which there are."""


class Ambiguous(NotNamed):
    """More than one is called so."""


@dataclass(frozen=True, slots=True)
class Named:
    """A connector, and its ARN where MSK Connect lists it."""

    connector: ConnectorId
    arn: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What there is: clusters by name, MSK Connect's connectors with their ARN, those that the ledger remembers.

    `listed_all` is false where MSK Connect could not be listed in full.
    """

    clusters: tuple[str, ...]
    arns: Mapping[str, str | None]
    listed_all: bool
    remembered: frozenset[ConnectorId]


def what_there_is(deployed: Deployed) -> Known:
    """Raises Unreachable of the ledger; MSK Connect need not be seen."""
    try:
        client = deployed.session.client("kafkaconnect", config=READ_RETRIES)
        listing = MskConnect(client).list(datetime.now(UTC))
        arns, complete = {look.connector.name: look.arn for look in listing.looks}, listing.incomplete_because is None
    except BotoCoreError:
        arns, complete = {}, False
    return Known(deployed.clusters, arns, complete, deployed.ledger.remembered())


def find_connector(name: str, known: Known) -> Named:
    """The one connector that `name` can mean. Raises NotNamed.

    A connector's own name may hold slashes, so `a/b` may be `b` of the cluster `a`, or `a/b` of any cluster.
    """
    msk = {connector_of(f"{MSK_CLUSTER}/{each}") for each in known.arns}
    meant = {each for each in msk | known.remembered if each.name == name}
    cluster, _, rest = name.partition("/")
    if cluster in known.clusters and rest:
        meant.add(connector_of(name))
    if known.listed_all:
        meant -= {each for each in meant if each.cluster == MSK_CLUSTER and each.name not in known.arns}
    match sorted(meant):
        case [one]:
            return Named(one, known.arns.get(one.name) if one.cluster == MSK_CLUSTER else None)
        case []:
            clusters = ", ".join(known.clusters)
            raise NotNamed(f"no connector {name!r} is known; expected a name, or cluster/name with one of: {clusters}")
        case several:
            raise Ambiguous(f"{name!r} may be any of {', '.join(each.key for each in several)}: say which")
