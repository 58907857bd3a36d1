"""SQS behind SNS: an incident notice becomes a Slack message.

What waiting can help goes back to the queue, what it cannot goes to the dead-letter queue with the reason.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.parameters import SecretsProvider, SSMProvider

from connectops.clients.aws_reads import parameter_name
from connectops.clients.slack import SlackWebhook
from connectops.errors import MalformedEvent, MessageNotDelivered
from connectops.settings import NotifySettings
from connectops.tell.notices import parse_notification
from connectops.tell.slack_channel import SlackChannel
from connectops.tell.slack_queue import SlackQueue

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="notify_slack")


@cache
def _composition() -> tuple[SlackWebhook, SlackQueue]:
    settings = NotifySettings.from_env()
    session = boto3.Session()
    return (
        _webhook(settings, session),
        SlackQueue(settings.queue_url, settings.dead_letter_queue_url, session.client("sqs")),
    )


def _webhook(settings: NotifySettings, session: boto3.Session) -> SlackWebhook:
    if settings.webhook_parameter:
        parameters = SSMProvider(boto3_client=session.client("ssm"))
        name = parameter_name(settings.webhook_parameter)
        return SlackWebhook(name, partial(parameters.get, decrypt=True), settings.webhook_timeout)
    secrets = SecretsProvider(boto3_client=session.client("secretsmanager"))
    return SlackWebhook(settings.webhook_secret, secrets.get, settings.webhook_timeout)


def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> PartialItemFailureResponse:
    return notify(event, *_composition())


def notify(event: dict[str, Any], webhook: SlackWebhook, queue: SlackQueue) -> PartialItemFailureResponse:
    channel = SlackChannel(webhook)

    def deliver(record: SQSRecord) -> None:
        logger.append_keys(message_id=record.message_id)
        try:
            notice = parse_notification(record.body)
            channel.tell(notice)
        except (MalformedEvent, MessageNotDelivered) as err:
            queue.put_back(record, err)
            logger.error("notice set aside", reason=str(err))  # the reason says it all
        else:
            logger.info("notice delivered", notice=notice.id, connector=notice.connector.key, change=notice.change)

    # A Powertools logger does what the processor asks of a standard one: warning(..., exc_info=...).
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False, logger=logger)  # type: ignore[arg-type]
    with processor(_records(event), deliver):
        processor.process()
    return processor.response()


def _records(event: dict[str, Any]) -> list[dict[str, Any]]:
    # Not Powertools' process_partial_response: it takes an empty batch for a foreign event.
    records = event.get("Records")
    if not isinstance(records, list):
        raise MalformedEvent("not an SQS event: it has no list of Records")
    return records
