"""SQS FIFO: a finding becomes a decision, and at most one restart. The only function that decides, restarts and writes.

Messages of one connector come in order and one at a time; what is no finding is dead-lettered with the reason at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor

from connectops.act.platforms import actor_for
from connectops.act.switch import switch_for
from connectops.clients.database_reach import ONE_TRY, DatabaseReach
from connectops.errors import MalformedEvent
from connectops.findings import DeadLetters, decode
from connectops.ledger import Ledger
from connectops.model import Order, StandingOrder
from connectops.obey import obey
from connectops.observe.sight import PlatformSight
from connectops.policy import PolicyInForce
from connectops.respond import Doors, Outcome, respond
from connectops.settings import RespondSettings
from connectops.standing import StandingOrders
from connectops.tell.metrics import NAMESPACE, count_outcome
from connectops.tell.notices import NoticeTopic

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics(namespace=NAMESPACE)


@dataclass(frozen=True, slots=True)
class Composition:
    """What one execution environment is made of."""

    doors: Doors
    policy: PolicyInForce
    orders: StandingOrders
    dead_letters: Callable[[], DeadLetters]
    """Opened when the first message is set aside: hardly ever."""


@cache
def _composition() -> Composition:
    settings = RespondSettings.from_env()
    session = boto3.Session()
    dynamodb = session.client("dynamodb")
    doors = Doors(
        records=Ledger(settings.table_name, dynamodb),
        sight=PlatformSight.from_session(session, settings.clusters),
        hands=actor_for(settings.policy.mode, session, settings.clusters, _now),
        voice=NoticeTopic(settings.alerts_topic_arn, session.client("sns")),
        clock=_now,
        switch=switch_for(settings.policy.mode, session, settings.clusters),
        reach=_reach(settings.reach_function, session) if settings.reach_function else None,
    )
    dead_letters = cache(lambda: DeadLetters(settings.findings_dead_letter_queue_url, session.client("sqs")))
    orders = StandingOrders(settings.table_name, dynamodb)
    policy = PolicyInForce(settings.policy, orders, expects_file=bool(settings.policy_file))
    return Composition(doors, policy, orders, dead_letters)


def _reach(function: str, session: boto3.Session) -> DatabaseReach:
    return DatabaseReach(function, cache(lambda: session.client("lambda", config=ONE_TRY)))


def _now() -> datetime:
    return datetime.now(UTC)


@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return respond_to_all(event, _composition())


def respond_to_all(event: dict[str, Any], composition: Composition) -> PartialItemFailureResponse:
    def respond_to(record: SQSRecord) -> None:
        logger.append_keys(message_id=record.message_id)
        try:
            message = decode(record.body)
            if isinstance(message, StandingOrder):
                _take_order(message, _sent_at(record), composition.orders)
                return
            policy = composition.policy.at(composition.doors.clock())
            if message.order is not None:
                order = _as_sent(message.order, record)
                outcome = obey(composition.doors, message.connector, order, policy)
            else:
                outcome = respond(composition.doors, message, policy)
        except MalformedEvent as err:
            composition.dead_letters().keep(record.body, record.message_id, str(err))
            logger.error("message set aside", reason=str(err))
            return
        count_outcome(metrics, outcome)
        _log(outcome)

    processor = SqsFifoPartialProcessor(skip_group_on_error=True)
    with processor(event.get("Records", []), respond_to):
        processor.process()
    return processor.response()


def _as_sent(order: Order, record: SQSRecord) -> Order:
    """When the queue took it, and from whom: a desk's clock and a person's name are only said."""
    sent = _sent_at(record)
    until = order.until and sent + (order.until - order.at)
    return replace(order, at=sent, until=until, sender=record.attributes.sender_id or "")


def _sent_at(record: SQSRecord) -> datetime:
    return datetime.fromtimestamp(int(record.attributes.sent_timestamp or 0) / 1000, UTC)


def _take_order(order: StandingOrder, sent: datetime, orders: StandingOrders) -> None:
    order = replace(order, at=sent, until=order.until and sent + (order.until - order.at))
    stands = orders.save(order)
    what = f"mode {order.mode}" if order.mode else "policy file"
    logger.info("standing order", order=what, by=order.by, until=order.until and order.until.isoformat(), stands=stands)


def _log(outcome: Outcome) -> None:
    decision = outcome.decision
    logger.info(
        "decided",
        connector=outcome.record.connector.key,
        action=decision.action,
        reason=decision.reason,
        failure_class=decision.failure_class,
        restarted=outcome.restarted,
        told=[notice.id for notice in outcome.told],
    )
    if outcome.untold:
        logger.error("notice not delivered", connector=outcome.record.connector.key, reason=outcome.untold)
