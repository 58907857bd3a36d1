"""A deployed stack, as the desk reaches it: its table, its queue, and the clusters that it watches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from connectops.decide.last_description import remembered
from connectops.decide.people import person_of
from connectops.descriptions import Descriptions
from connectops.errors import Unreachable
from connectops.facts import FactsTable
from connectops.findings import FindingsQueue
from connectops.ledger import Ledger
from connectops.model import MSK_CLUSTER
from connectops.standing import StandingOrders

TABLE_OUTPUT, QUEUE_OUTPUT = "LedgerTable", "FindingsQueueUrl"


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of connectors on MSK Connect, also of those that are gone."""

    facts: FactsTable
    descriptions: Descriptions


@dataclass(frozen=True, slots=True)
class Deployed:
    """`clusters` are names, MSK Connect's first; `mode` is the template's."""

    session: boto3.Session
    ledger: Ledger
    past: Past
    standing: StandingOrders
    queue: FindingsQueue | None
    clusters: tuple[str, ...]
    mode: str

    @classmethod
    def of(cls, stack: str) -> Self:
        """Raises Unreachable with what is missing."""
        try:
            session = boto3.Session()
            (described,) = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
            dynamodb, sqs = session.client("dynamodb"), session.client("sqs")
        except (BotoCoreError, ClientError) as err:
            raise Unreachable(f"stack {stack}: {err}") from err
        outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
        parameters = {each["ParameterKey"]: each.get("ParameterValue", "") for each in described.get("Parameters", [])}
        if TABLE_OUTPUT not in outputs:
            raise Unreachable(f"stack {stack} has no output {TABLE_OUTPUT}: it is not a deployment of ConnectOps")
        table, queue = outputs[TABLE_OUTPUT], outputs.get(QUEUE_OUTPUT)
        return cls(
            session,
            Ledger(table, dynamodb),
            Past(FactsTable(table, dynamodb), Descriptions(table, dynamodb, remembered)),
            StandingOrders(table, dynamodb),
            FindingsQueue(queue, sqs) if queue else None,
            (MSK_CLUSTER, *_names(parameters.get("KafkaConnectClusters", ""))),
            parameters.get("Mode", "repair"),
        )

    def caller(self) -> str:
        """Who is at the desk, as AWS knows them. Raises Unreachable."""
        try:
            return person_of(self.session.client("sts").get_caller_identity()["Arn"])
        except (BotoCoreError, ClientError) as err:
            raise Unreachable(f"AWS does not say who you are: {err}") from err


def _names(clusters: str) -> tuple[str, ...]:
    try:
        return tuple(str(cluster["name"]) for cluster in json.loads(clusters or "[]"))
    except (ValueError, TypeError, KeyError):
        return ()
