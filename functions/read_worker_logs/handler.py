"""CloudWatch Logs subscription: worker lines become diagnoses, suspicions and signs of life. It keeps no state.

A batch that cannot be read is acknowledged and kept as a pointer, so that nothing else waits for it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger

from connectops.decide.attribution import findings_of, owner_of
from connectops.decide.diagnosis import diagnose
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
from connectops.errors import MalformedEvent
from connectops.findings import FindingsQueue
from connectops.ledger import Ledger
from connectops.observe.worker_logs import decode, point_at, stitch_batch
from connectops.settings import ReadSettings
from connectops.tell.unreadable_batches import UnreadableBatches

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()


@cache
def _composition() -> tuple[ReadSettings, Ledger, FindingsQueue, UnreadableBatches]:
    settings = ReadSettings.from_env()
    session = boto3.Session()
    sqs = session.client("sqs")
    ledger = Ledger(settings.table_name, session.client("dynamodb"))
    queue = FindingsQueue(settings.findings_queue_url, sqs)
    return settings, ledger, queue, UnreadableBatches(settings.dead_letter_queue_url, sqs)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    settings, ledger, queue, unreadable = _composition()
    try:
        read(event, settings, ledger, queue)
    except MalformedEvent as err:
        unreadable.keep(point_at(event), str(err), context.aws_request_id)
        logger.error("log batch set aside", reason=str(err))


def read(event: dict[str, Any], settings: ReadSettings, ledger: Ledger, queue: FindingsQueue) -> None:
    """Send what the lines of one event mean. Raises MalformedEvent if they cannot be read."""
    batch = decode(event)
    if batch is None:
        return
    reading = diagnose(stitch_batch(batch, PREFILTER, NOISE_LOGGERS), lines=len(batch.events))
    owner = owner_of(batch.group, settings.clusters, settings.log_group_connectors)
    sent = queue.send(findings_of(reading, batch.stream, owner, ledger.open_connectors))
    logger.info("read", log_group=batch.group, lines=reading.lines, ignored=reading.ignored, findings=sent)
