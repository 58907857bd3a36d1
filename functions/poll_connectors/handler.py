"""EventBridge Scheduler: one look at every connector. It only looks; whatever needs a decision becomes a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics

from connectops.clients.clusters import open_clusters
from connectops.decide.health import NO_NEWS, assess
from connectops.decide.updates import is_news
from connectops.descriptions import Descriptions
from connectops.errors import MalformedEvent, MessageNotDelivered, ObservationFailed, SettingsError, Unreachable
from connectops.facts import FactsTable
from connectops.findings import FindingsQueue
from connectops.ledger import Ledger
from connectops.model import ConnectorState, Diagnosis, Finding, Health, Look, StandingOrder, Update
from connectops.observe.fleet import Fleet
from connectops.observe.msk_fleet import Discretion, MskFleet
from connectops.observe.msk_metrics import Economy
from connectops.observe.policy_source import PolicySource
from connectops.settings import PollSettings
from connectops.tell.metrics import NAMESPACE, chart_health, count_completion, count_looks, count_policy

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics(namespace=NAMESPACE)


type Chart = Callable[[list[tuple[Look, Health]]], None]
"""Draws the health of each connector, see tell.metrics."""


@cache
def _composition() -> tuple[Fleet, Ledger, FindingsQueue, Chart | None]:
    settings = PollSettings.from_env()
    session = boto3.Session()
    dynamodb = session.client("dynamodb")
    memory = FactsTable(settings.table_name, dynamodb)
    discretion = Discretion(_redact_update, Descriptions(settings.table_name, dynamodb, _without_secrets).keep)
    msk = _msk_fleet(session, memory, discretion, settings)
    fleet = Fleet(msk, open_clusters(settings.clusters, session), _diagnose_trace)
    ledger = Ledger(settings.table_name, dynamodb)
    queue = FindingsQueue(settings.findings_queue_url, session.client("sqs"))
    return fleet, ledger, queue, chart_health if settings.health_series else None


def _msk_fleet(
    session: boto3.Session, memory: FactsTable, discretion: Discretion, settings: PollSettings
) -> MskFleet | None:
    if not settings.watch_msk_connect:
        return None
    return MskFleet.watching(
        session,
        memory,
        lambda look: assess(look) is Health.HEALTHY,
        discretion,
        metric_period=settings.metric_period,
        metric_window=settings.metric_window,
        economy=Economy(settings.quiet_metrics, settings.worker_log_groups),
    )


def _diagnose_trace(trace: str, *, connector: str, task: int | None, at: datetime) -> Diagnosis:
    from connectops.decide.diagnosis import diagnose_trace  # 60 ms that a poll without traces does not need

    return diagnose_trace(trace, connector=connector, task=task, at=at)


def _redact_update(update: Update, error: str, origin: Mapping[str, str], target: Mapping[str, str]) -> Update:
    from connectops.decide.update_story import with_story  # failed updates are rare, and it brings all that redacts

    return with_story(update, error, origin, target)


def _without_secrets(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    from connectops.decide.last_description import remembered  # new versions are rare, and it brings all that redacts

    return remembered(answer)


@cache
def _policy_source() -> PolicySource | None:
    settings = PollSettings.from_env()
    return PolicySource(settings.policy_file, boto3.Session()) if settings.policy_file else None


@metrics.log_metrics
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> None:
    at, now = _scheduled_time(event), datetime.now(UTC)
    source = _policy_source()
    if source:
        pass_on(source, now, _composition()[2])
    poll(at, now, *_composition())


def poll(
    at: datetime, now: datetime, fleet: Fleet, ledger: Ledger, queue: FindingsQueue, chart: Chart | None = None
) -> None:
    """One look, under the name of its scheduled time. Raises Unreachable if nothing could be seen at all."""
    open_connectors = ledger.open_connectors()
    view = fleet.look(at, now, open_connectors)
    looks = [(look, assess(look)) for look in view.looks]
    size = sum(look.state is not ConnectorState.GONE for look in view.looks)
    sent = queue.send(
        Finding(look.connector, at, at.isoformat(), look=replace(look, fleet_size=size))
        for look, health in looks
        if health not in NO_NEWS or look.connector in open_connectors or is_news(look)
    )
    count_looks(metrics, looks, view.blind)
    if chart:
        chart(looks)
    logger.info("polled", scheduled_time=at.isoformat(), connectors=len(looks), findings=sent, blind=view.blind)
    if view.is_blind:
        raise Unreachable(f"nothing could be seen: {'; '.join(view.blind.values())}")
    count_completion(metrics)


def pass_on(source: PolicySource, now: datetime, queue: FindingsQueue) -> None:
    """The policy file to the one who decides, if it is right; else what stood before stands on, and is told of."""
    from connectops.decide.policy_file import read_rules  # 20 ms that a deployment without a policy file needs not

    try:
        text = source.read()
        read_rules(text, source.name, now)
        queue.send([StandingOrder(f"policy file {source.name}", now, policy=text)])
    except SettingsError as err:
        count_policy(metrics, is_right=False)
        logger.error("policy file refused; the last one that was right stands", problems=err.problems)
    except (ObservationFailed, MalformedEvent, MessageNotDelivered) as err:
        count_policy(metrics, is_right=False)
        logger.error("policy file not read; the last one that was right stands", reason=str(err))
    else:
        count_policy(metrics, is_right=True)


def _scheduled_time(event: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(event["scheduled_time"])
    except (KeyError, TypeError, ValueError) as err:
        raise MalformedEvent('expected {"scheduled_time": "<ISO 8601>"} of EventBridge Scheduler') from err
    return at if at.tzinfo else at.replace(tzinfo=UTC)
