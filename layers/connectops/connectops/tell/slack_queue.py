"""The queue of notices before Slack: what could not be delivered is put off or set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from connectops.errors import MalformedEvent, MessageNotDelivered
from connectops.tell.wording import allowed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from mypy_boto3_sqs import SQSClient

# SQS counts 12 hours from the moment a message was received; a function runs for 15 minutes of them at most.
LONGEST_PAUSE_SECONDS = 12 * 3600 - 15 * 60
_REASON_LENGTH = 500


class SlackQueue:
    """`client` is a boto3 SQS client."""

    def __init__(self, url: str, dead_letter_url: str, client: SQSClient) -> None:
        self._url = url
        self._dead_letter_url = dead_letter_url
        self._client = client

    def put_back(self, record: SQSRecord, err: MalformedEvent | MessageNotDelivered) -> None:
        """Set a message aside if waiting cannot help; else raise `err`, and it comes back when the other side asked.

        Raises MessageNotDelivered as well if SQS does not answer: then it comes back after the visibility time-out.
        """
        try:
            if not err.waiting_helps:
                return self._set_aside(record, err)
            if isinstance(err, MessageNotDelivered) and err.retry_after_seconds is not None:
                self._put_off(record, err.retry_after_seconds)
        except (BotoCoreError, ClientError) as sqs_err:
            raise MessageNotDelivered(f"{err}; and the queue did not answer: {sqs_err}") from sqs_err
        raise err

    def _put_off(self, record: SQSRecord, seconds: float) -> None:
        self._client.change_message_visibility(
            QueueUrl=self._url,
            ReceiptHandle=record.receipt_handle,
            VisibilityTimeout=int(min(seconds, LONGEST_PAUSE_SECONDS)),
        )

    def _set_aside(self, record: SQSRecord, err: Exception) -> None:
        attributes = {
            "reason": allowed(str(err))[:_REASON_LENGTH] or "-",
            "error": type(err).__name__,
            "function": "notify_slack",
            "original_message_id": record.message_id,
        }
        self._client.send_message(
            QueueUrl=self._dead_letter_url,
            MessageBody=record.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )
