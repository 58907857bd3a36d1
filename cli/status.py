"""`connectops status`: the fleet and its health, as it is now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import typer
from botocore.exceptions import BotoCoreError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.diagnose import iso
from cli.moments import moment
from connectops.clients.clusters import parse_credentials
from connectops.clients.connect_rest import ConnectRest, Credentials
from connectops.decide.diagnosis import diagnose_trace
from connectops.decide.failed_update import NO_REASON
from connectops.decide.health import assess
from connectops.decide.tags import read_tags
from connectops.decide.update_story import in_words, with_story
from connectops.decide.updates import CLASS_OF
from connectops.model import MSK_CLUSTER, Health, KafkaConnectCluster, Look, Update
from connectops.observe.fleet import Fleet
from connectops.observe.msk_fleet import MskFleet

NOTHING_SEEN = 2
DESCRIBED_AT_ONCE = 500
NO_CREDENTIALS: Credentials = {}

_STYLE = {
    Health.HEALTHY: "green",
    Health.DEGRADED: "red",
    Health.FAILED: "bold red",
    Health.NO_TASKS: "red",
    Health.STALLED: "red",
    Health.UNKNOWN: "magenta",
    Health.TRANSITION: "yellow",
}


def run(
    clusters: Iterable[str],
    credentials: Iterable[str],
    *,
    msk_connect: bool,
    metric_period: timedelta,
    metric_window: timedelta,
    as_json: bool,
) -> int:
    """Show the fleet; the exit code. `clusters` are NAME=URL, `credentials` NAME=FILE."""
    opened = _open(clusters, credentials)
    now = datetime.now(UTC)
    blind: dict[str, str] = {}
    fleet = Fleet(None, opened, diagnose_trace)
    if msk_connect:
        try:
            msk = MskFleet.closely(
                boto3.Session(),
                with_story,
                metric_period=metric_period,
                metric_window=metric_window,
                described_at_most=DESCRIBED_AT_ONCE,
            )
            fleet = Fleet(msk, opened, diagnose_trace)
        except BotoCoreError as err:  # no region, no such profile: then the clusters alone
            blind[MSK_CLUSTER] = f"MSK Connect: {err}"
    view = fleet.look(now, now, frozenset())
    blind |= view.blind
    seen = sorted(((look, assess(look)) for look in view.looks), key=lambda pair: pair[0].connector)
    _print_json(seen, blind, now) if as_json else _print_table(seen, blind)
    return NOTHING_SEEN if not seen and len(blind) == len(opened) + msk_connect else 0


def _open(clusters: Iterable[str], credentials: Iterable[str]) -> dict[str, ConnectRest]:
    secrets = dict(_credentials(pair) for pair in credentials)
    opened: dict[str, ConnectRest] = {}
    for pair in clusters:
        name, _, url = pair.partition("=")
        if not name or "/" in name or name == MSK_CLUSTER or name in opened:
            raise typer.BadParameter(f"--cluster {name}: expected NAME=URL with a new NAME, without '/', not 'msk'")
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname or "@" in url:
            raise typer.BadParameter(f"--cluster {name}: expected http(s)://host[:port], without credentials")
        opened[name] = _rest(KafkaConnectCluster(name, url.rstrip("/")), secrets.pop(name, NO_CREDENTIALS))
    if secrets:
        raise typer.BadParameter(f"--credentials {', '.join(secrets)}: no --cluster has this name")
    return opened


def _rest(cluster: KafkaConnectCluster, credentials: Credentials) -> ConnectRest:
    return ConnectRest(cluster, lambda: credentials)


def _credentials(pair: str) -> tuple[str, Credentials]:
    name, _, file = pair.partition("=")
    try:
        return name, parse_credentials(Path(file).read_text())
    except (OSError, UnicodeDecodeError) as err:
        raise typer.BadParameter(f"--credentials {name}: cannot read {file}: {err}") from err
    except ValueError as err:
        raise typer.BadParameter(f"--credentials {name}: {file} holds no credentials in the form of a secret") from err


def _print_json(seen: Iterable[tuple[Look, Health]], blind: Mapping[str, str], now: datetime) -> None:
    connectors = [_fields(look, health) for look, health in seen]
    typer.echo(json.dumps({"at": now.isoformat(), "connectors": connectors, "not_seen": blind}, indent=2))


def _fields(look: Look, health: Health) -> dict[str, Any]:
    tasks, diagnosis = look.tasks, look.diagnosis
    return {
        "connector": look.connector.key,
        "platform": look.connector.platform,
        "health": health,
        "state": look.state,
        "tasks": tasks and {"running": tasks.running, "failed": tasks.failed, "other": tasks.other},
        "class": diagnosis and diagnosis.failure_class,
        "verdict": diagnosis and diagnosis.verdict,
        "cause": diagnosis and diagnosis.cause,
        "next_step": diagnosis and diagnosis.next_step,
        "blind_because": look.blind_because,
        "connect_version": look.connect_version,
        "tag_problems": _tag_problems(look),
        "failed_update": _failed_update(look.update),
    }


def _failed_update(update: Update | None) -> dict[str, Any] | None:
    """The latest update, where it came to nothing: the connector may run well, with other settings than were wanted."""
    if update is None or not update.state.is_failure:
        return None
    return {
        "class": CLASS_OF[update.state],
        "state": update.state,
        "began": iso(update.at),
        "ended": iso(update.ended_at),
        "reason": update.error or NO_REASON,
        "changes": in_words(update),
    }


def _print_table(seen: Iterable[tuple[Look, Health]], blind: Mapping[str, str]) -> None:
    table = Table("connector", "health", "state", "tasks", "what is known")
    for look, health in seen:
        cause = f"{look.diagnosis.failure_class}: {look.diagnosis.cause}" if look.diagnosis else look.blind_because
        known = "; ".join(filter(None, (cause, *_tag_problems(look), _update_in_words(look.update))))
        table.add_row(
            Text(look.connector.key), Text(health, _STYLE.get(health, "")), look.state, _tasks(look), Text(known)
        )
    if table.row_count:
        Console().print(table)
    elif not blind:
        typer.echo("There are no connectors.")
    for cluster, why in blind.items():
        typer.echo(f"Could not see {cluster}: {why}", err=True)


def _update_in_words(update: Update | None) -> str | None:
    failed = _failed_update(update)
    if update is None or failed is None:
        return None
    changes = f" ({', '.join(failed['changes'])})" if failed["changes"] else ""
    return f"{failed['class']}: the update of {moment(update.at)} UTC came to nothing{changes}: {failed['reason']}"


def _tag_problems(look: Look) -> tuple[str, ...]:
    return read_tags(look.tags or ()).problems


def _tasks(look: Look) -> str:
    if look.tasks is None:
        return "not seen"
    counts = ((look.tasks.running, "running"), (look.tasks.failed, "failed"), (look.tasks.other, "other"))
    return ", ".join(f"{number} {what}" for number, what in counts if number) or "none"
