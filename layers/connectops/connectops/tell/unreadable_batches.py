"""A batch of worker lines that cannot be read is told as a pointer: never its lines, because lines carry passwords."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from connectops.errors import MessageNotDelivered

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

REASON_LENGTH = 500


class UnreadableBatches:
    """The dead-letter queue of log batches. `client` is a boto3 SQS client."""

    def __init__(self, url: str, client: SQSClient) -> None:
        self._url = url
        self._client = client

    def keep(self, pointer: Mapping[str, str | int], reason: str, request_id: str) -> None:
        """Keep where the batch is (log group, stream, event ids, times) and why. Raises MessageNotDelivered."""
        body = {**pointer, "reason": reason[:REASON_LENGTH], "request_id": request_id}
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(body))
        except (BotoCoreError, ClientError) as err:
            raise MessageNotDelivered(f"the dead-letter queue of log batches did not answer: {err}") from err
