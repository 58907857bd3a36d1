"""EventBridge, from CloudTrail: who else called MSK Connect's API becomes a finding that names them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger

from connectops.findings import FindingsQueue
from connectops.model import Finding
from connectops.observe.api_calls import read_call
from connectops.settings import ReadApiCallsSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()


@cache
def _composition() -> tuple[str, FindingsQueue]:
    settings = ReadApiCallsSettings.from_env()
    return settings.own_role, FindingsQueue(settings.findings_queue_url, boto3.Session().client("sqs"))


def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> None:
    read(event, *_composition())


def read(event: dict[str, Any], own_role: str, queue: FindingsQueue) -> None:
    """Pass a call on, unless it is our own: those stand in the ledger. Raises MalformedEvent, MessageNotDelivered."""
    seen = read_call(event)
    if seen is None or seen.role == own_role:
        logger.info("call not passed on", id=event.get("id"), own=seen is not None)
        return
    queue.send([Finding(seen.connector, seen.call.at, seen.id, call=seen.call)])
    logger.info("call", connector=seen.connector.key, operation=seen.call.operation, by=seen.call.by)
