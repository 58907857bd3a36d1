"""`connectops preflight`: what will fail or hurt in a connector's configuration, before anybody runs it."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli import preflight_knowledge, preflight_properties, preflight_rules, preflight_surroundings
from cli.preflight_knowledge import Knowledge, NotKnown
from cli.preflight_properties import Effect, Finding
from cli.preflight_subject import BadInput, Subject, decoded, from_api, properties, read
from cli.preflight_template import NoTemplate

WOULD_FAIL, BAD_INPUT = 1, 2


def run(
    targets: Sequence[str], *, debezium: str | None, connect: str | None, worker: Path | None, as_json: bool
) -> int:
    """Look at files and running connectors (ARNs); the exit code. The answer goes to standard output."""
    try:
        chosen, beside = _subjects(targets)
        over: dict[str, Any] = {key: value for key, value in (("debezium", debezium), ("connect", connect)) if value}
        if worker:
            over["worker"] = properties(worker, worker.read_text())
        looked_at = [_known(dataclasses.replace(subject, **over)) for subject in chosen]
        findings = examine(looked_at, [_known(subject) for subject in beside])
    except (BadInput, NoTemplate, NotKnown, OSError) as err:
        sys.stderr.write(f"{err}\n")
        return BAD_INPUT
    except (BotoCoreError, ClientError) as err:
        sys.stderr.write(f"MSK Connect: {err}\n")
        return BAD_INPUT
    _print_json(looked_at, findings) if as_json else _print(looked_at, findings)
    return WOULD_FAIL if any(one.effect is Effect.FAILS for found in findings for one in found) else 0


def examine(
    looked_at: Sequence[tuple[Subject, Knowledge]], beside: Sequence[tuple[Subject, Knowledge]] = ()
) -> list[list[Finding]]:
    """The findings of each subject, the worst first. `beside` are connectors that they must not clash with."""
    clashing = list(preflight_surroundings.clashes([*beside, *looked_at]))
    order = list(Effect)
    return [
        sorted(
            [*_findings(subject, known), *(one for other, one in clashing if other is subject)],
            key=lambda finding: order.index(finding.effect),
        )
        for subject, known in looked_at
    ]


def _findings(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    for room in (preflight_properties, preflight_rules, preflight_surroundings):
        yield from room.check(subject, known)


def _known(subject: Subject) -> tuple[Subject, Knowledge]:
    connector = subject.configuration.get("connector.class", "").strip()
    if not connector:
        raise BadInput(f"{subject.source}: no connector.class in it: is it a connector's configuration?")
    try:
        return subject, preflight_knowledge.of(connector, subject.debezium, subject.connect, subject.configuration)
    except NotKnown as err:
        raise NotKnown(f"{subject.source}: {err}") from err


def _subjects(targets: Iterable[str]) -> tuple[list[Subject], list[Subject]]:
    """The connectors to look at, and those that run beside them where one of them runs."""
    chosen: list[Subject] = []
    beside: list[Subject] = []
    arns = [target for target in targets if target.startswith("arn:")]
    for target in targets:
        if target not in arns:
            chosen += read(Path(target))
    if arns:
        running = dict(_running(arns))
        chosen += [running.pop(arn) for arn in arns]
        beside = [one for one in running.values() if _is_known(one)]
    return chosen, beside


def _is_known(subject: Subject) -> bool:
    try:
        _known(subject)
    except (BadInput, NotKnown):
        return False
    return True


def _running(arns: Sequence[str]) -> Iterator[tuple[str, Subject]]:
    """Every connector of the account and region, and those asked for first. Raises ClientError."""
    client = boto3.client("kafkaconnect", region_name=arns[0].split(":")[3] or None)
    pages = client.get_paginator("list_connectors").paginate()
    listed = [one["connectorArn"] for page in pages for one in page["connectors"]]
    for arn in dict.fromkeys([*arns, *listed]):
        told: dict[str, Any] = dict(client.describe_connector(connectorArn=arn))
        if worker := told.get("workerConfiguration"):
            described = client.describe_worker_configuration(workerConfigurationArn=worker["workerConfigurationArn"])
            told["workerProperties"] = decoded(described["latestRevision"]["propertiesFileContent"])
        yield arn, from_api(told, told.get("connectorName") or arn)


def _print(looked_at: Iterable[tuple[Subject, Knowledge]], findings: Iterable[list[Finding]]) -> None:
    for (subject, known), found in zip(looked_at, findings, strict=True):
        assumed = "" if subject.debezium else " (assumed; say --debezium otherwise)"
        sys.stdout.write(f"{subject.source}: Debezium {known.kind} {known.version}{assumed}\n")
        for one in found:
            sys.stdout.write(f"  {one.effect.upper():<5} {one.subject}: {one.reason}\n        {one.fix}\n")
        if all(one.effect is Effect.NOTE for one in found):
            sys.stdout.write("  nothing that fails or hurts\n")


def _print_json(looked_at: Iterable[tuple[Subject, Knowledge]], findings: Iterable[list[Finding]]) -> None:
    told = [
        {
            "source": subject.source,
            "connectorClass": known.connector_class,
            "debezium": known.version,
            "kafkaConnect": subject.connect or known.connect,
            "wouldFail": any(one.effect is Effect.FAILS for one in found),
            "findings": [_as_json(one) for one in found if one.effect is not Effect.NOTE],
            "notes": [_as_json(one) for one in found if one.effect is Effect.NOTE],
        }
        for (subject, known), found in zip(looked_at, findings, strict=True)
    ]
    sys.stdout.write(json.dumps({"connectors": told}, indent=2) + "\n")


def _as_json(finding: Finding) -> dict[str, Any]:
    return dataclasses.asdict(finding)
