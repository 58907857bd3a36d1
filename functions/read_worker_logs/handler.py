"""CloudWatch Logs subscription: worker lines become diagnoses, suspicions and signs of life. It keeps no state.

A trace that the end of a batch cut is completed from the log group. A batch that cannot be read is acknowledged and
kept as a pointer, so that nothing else waits for it.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger

from connectops.decide.attribution import Neighbourhood, findings_of, owner_of
from connectops.decide.diagnosis import diagnose
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
from connectops.decide.hints import HINT_WORDS, hints_in
from connectops.errors import MalformedEvent, ObservationFailed
from connectops.findings import FindingsQueue
from connectops.ledger import Ledger
from connectops.observe.worker_logs import connectors_beside, statements_before, stitch_batch
from connectops.observe.worker_logs_around import LogSurroundings
from connectops.observe.worker_logs_batch import LogBatch, decode, point_at
from connectops.settings import ReadSettings
from connectops.tell.unreadable_batches import UnreadableBatches

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from connectops.model import LogRecord

logger = Logger()


@cache
def _composition() -> tuple[ReadSettings, Ledger, FindingsQueue, LogSurroundings, UnreadableBatches]:
    settings = ReadSettings.from_env()
    session = boto3.Session()
    sqs = session.client("sqs")
    ledger = Ledger(settings.table_name, session.client("dynamodb"))
    queue = FindingsQueue(settings.findings_queue_url, sqs)
    around = LogSurroundings(session, settings.trace_wait)
    return settings, ledger, queue, around, UnreadableBatches(settings.dead_letter_queue_url, sqs)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    settings, ledger, queue, around, unreadable = _composition()
    try:
        read(event, settings, ledger, queue, around)
    except MalformedEvent as err:
        unreadable.keep(point_at(event), str(err), context.aws_request_id)
        logger.error("log batch set aside", reason=str(err))


def read(
    event: dict[str, Any], settings: ReadSettings, ledger: Ledger, queue: FindingsQueue, around: LogSurroundings
) -> None:
    """Send what the lines of one event mean. Raises MalformedEvent if they cannot be read."""
    batch = decode(event)
    if batch is None:
        return
    beyond = around if settings.complete_traces else None
    owner = owner_of(batch.group, settings.clusters, settings.log_group_connectors)
    records = _records(batch, beyond)
    reading = diagnose(records, lines=len(batch.events), connector=owner.connector)
    if reading.lacks_a_hint and beyond and (told := _told_before(batch, beyond)):
        reading = diagnose([*told, *records], lines=len(batch.events), connector=owner.connector)
    surroundings = Neighbourhood(batch.stream, ledger.open_connectors, partial(_neighbours, batch, beyond))
    sent = queue.send(findings_of(reading, owner, surroundings))
    logger.info("read", log_group=batch.group, lines=reading.lines, ignored=reading.ignored, findings=sent)


def _records(batch: LogBatch, around: LogSurroundings | None) -> list[LogRecord]:
    try:
        return stitch_batch(batch, PREFILTER, NOISE_LOGGERS, around)
    except ObservationFailed as err:
        logger.warning("a trace stays cut", log_group=batch.group, reason=str(err))
        return stitch_batch(batch, PREFILTER, NOISE_LOGGERS)


def _told_before(batch: LogBatch, around: LogSurroundings) -> list[LogRecord]:
    """What an earlier batch said of the cause of what this one shows."""
    try:
        return hints_in(statements_before(batch, HINT_WORDS, around))
    except ObservationFailed as err:
        logger.warning("a cause stays unsaid", log_group=batch.group, reason=str(err))
        return []


def _neighbours(batch: LogBatch, around: LogSurroundings | None, worker: str | None) -> frozenset[str]:
    try:
        return connectors_beside(batch, worker, around)
    except ObservationFailed as err:
        logger.warning("a line stays nameless", log_group=batch.group, reason=str(err))
        return connectors_beside(batch, worker)
