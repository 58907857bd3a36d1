"""`connectops recreate NAME`: the plan for a connector on MSK Connect that can only be deleted and created anew."""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.deployed import Deployed
from cli.naming import Named, NotNamed, find_connector, what_there_is
from connectops.clients.aws_reads import READ_RETRIES, not_seen
from connectops.decide.recreate import RecreatePlan, as_json, plan_recreation
from connectops.errors import ConnectOpsError
from connectops.model import Platform

if TYPE_CHECKING:
    from mypy_boto3_kafkaconnect import KafkaConnectClient

DONE, REFUSED, UNREACHABLE = range(3)
SUGGESTED_FILE = "recreate.json"


@dataclass(frozen=True, slots=True)
class Described:
    """What MSK Connect tells now. `unread` says why the worker configuration could not be read, if it could not."""

    connector: Mapping[str, Any]
    tags: Mapping[str, str]
    worker_properties: str | None = None
    unread: str | None = None


def run(name: str, stack: str, *, write: Path | None) -> int:
    """Print the plan, or write what create-connector wants; the exit code."""
    try:
        deployed = Deployed.of(stack)
        named = find_connector(name, what_there_is(deployed))
        described = describe(deployed.session.client("kafkaconnect", config=READ_RETRIES), _arn(named))
    except (NotNamed, ConnectOpsError) as err:
        sys.stderr.write(f"connectops recreate: {err}\n")
        return UNREACHABLE
    file = str(write or SUGGESTED_FILE)
    plan = plan_recreation(described.connector, described.tags, described.worker_properties, file)
    if write is None:
        return _show(described, plan)
    return _write(plan, write)


def _arn(named: Named) -> str:
    if named.connector.platform is not Platform.MSK_CONNECT:
        raise NotNamed(
            f"{named.connector.key} is not on MSK Connect: `connectops restart` can restart a FAILED one there"
        )
    if named.arn is None:
        raise NotNamed(f"{named.connector.key} is not listed by MSK Connect: there is nothing to describe")
    return named.arn


def describe(client: KafkaConnectClient, arn: str) -> Described:
    """Raises Unreachable or NotAllowed; a worker configuration that cannot be read is said and no error."""
    try:
        connector = client.describe_connector(connectorArn=arn)
        tags = client.list_tags_for_resource(resourceArn=arn).get("tags", {})
    except (BotoCoreError, ClientError) as err:
        raise not_seen("MSK Connect: DescribeConnector, ListTagsForResource", err) from err
    used = connector.get("workerConfiguration")
    if not used:
        return Described(connector, tags)
    try:
        told = client.describe_worker_configuration(workerConfigurationArn=used["workerConfigurationArn"])
    except (BotoCoreError, ClientError) as err:
        return Described(connector, tags, unread=str(err))
    latest = told["latestRevision"]
    if latest["revision"] != used["revision"]:
        why = f"it uses revision {used['revision']}, and MSK Connect shows only the latest, {latest['revision']}"
        return Described(connector, tags, unread=why)
    return Described(connector, tags, base64.b64decode(latest["propertiesFileContent"]).decode("utf-8", "replace"))


def _show(described: Described, plan: RecreatePlan) -> int:
    typer.echo(f"{described.connector['connectorName']} is {described.connector.get('connectorState', 'UNKNOWN')}.")
    typer.echo("ConnectOps never deletes or creates a connector: check this plan and run it yourself.\n")
    typer.echo(as_json(plan.shown()))
    unread = (f"Its worker configuration could not be read: {described.unread}.",) if described.unread else ()
    for line in (*unread, *plan.warnings, *(f"Missing, --write refuses: {each}" for each in plan.missing)):
        typer.echo(f"! {line}")
    typer.echo("\nTo run, one after the other:\n")
    for step in plan.steps:
        typer.echo(f"  {step}")
    return DONE


def _write(plan: RecreatePlan, file: Path) -> int:
    if plan.missing:
        sys.stderr.write("connectops recreate: nothing was written, the new connector would lack:\n")
        sys.stderr.writelines(f"  {each}\n" for each in plan.missing)
        return REFUSED
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(as_json(plan.request), encoding="utf-8")
    except OSError as err:
        sys.stderr.write(f"connectops recreate: nothing was written: {err}\n")
        return REFUSED
    for line in plan.warnings:
        typer.echo(f"! {line}")
    typer.echo(f"{file} holds the connector's secrets: only you can read it; remove it when you are done.")
    return DONE
