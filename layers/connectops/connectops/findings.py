"""The queue between those who look and the one who decides: its messages, groups and duplicates.

A message is JSON: `{"schema": 1, "finding": {...}}`, see `model.Finding`. Messages of one connector form one group, so
a connector has exactly one writer at a time. What was sent twice within five minutes is delivered once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched, count
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from connectops.errors import MalformedEvent, MessageNotDelivered
from connectops.model import ConnectorId, Finding

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

SCHEMA = 1
MESSAGES_A_BATCH = 10  # SQS SendMessageBatch
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class _Envelope:
    schema: int
    finding: Finding


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Envelope)


def encode(finding: Finding) -> str:
    return _encoder.encode(_Envelope(SCHEMA, finding)).decode()


def decode(body: str) -> Finding:
    """The finding in a message body. Raises MalformedEvent with what was wrong."""
    try:
        envelope = _decoder.decode(body)
    except msgspec.MsgspecError as err:
        raise MalformedEvent(f"not a finding of schema {SCHEMA}: {err}") from err
    if envelope.schema != SCHEMA:
        raise MalformedEvent(f"a finding of schema {envelope.schema}, expected {SCHEMA}")
    finding = envelope.finding
    contents = (finding.look, finding.diagnosis, finding.suspicion, finding.sign)
    if sum(content is not None for content in contents) != 1:
        raise MalformedEvent("a finding must hold exactly one of look, diagnosis, suspicion and sign")
    return finding


def message_group(connector: ConnectorId) -> str:
    """Names may hold any character and be of any length; group ids may not."""
    return hashlib.sha256(connector.key.encode()).hexdigest()


def deduplication_id(finding: Finding) -> str:
    """The same for every repeated delivery of the same look or line, different for two looks."""
    source = (
        "look" if finding.look else "diagnosis" if finding.diagnosis else "suspicion" if finding.suspicion else "sign"
    )
    return hashlib.sha256(f"{finding.connector.key}\n{source}\n{finding.origin}".encode()).hexdigest()


class FindingsQueue:
    """Sends findings. `client` is a boto3 SQS client."""

    def __init__(self, url: str, client: SQSClient) -> None:
        self._url = url
        self._client = client

    def send(self, findings: Iterable[Finding]) -> int:
        """Send all and return how many. Raises MessageNotDelivered if any was refused, after trying the rest."""
        sent, refused = 0, []
        for batch in batched(findings, MESSAGES_A_BATCH, strict=False):
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=[*map(_entry, count(), batch)])
            except (BotoCoreError, ClientError) as err:
                raise MessageNotDelivered(f"the findings queue did not answer: {err}") from err
            sent += len(answer.get("Successful", []))
            refused += [failure["Code"] for failure in answer.get("Failed", [])]
        if refused:
            raise MessageNotDelivered(
                f"{len(refused)} findings refused by the queue: {', '.join(sorted(set(refused)))}"
            )
        return sent


class DeadLetters:
    """Bodies that are no findings, kept with the reason for a person to look at. `client` is a boto3 SQS client."""

    def __init__(self, url: str, client: SQSClient) -> None:
        self._url = url
        self._client = client

    def keep(self, body: str, message_id: str, reason: str) -> None:
        """Raises MessageNotDelivered: then the message must stay where it is."""
        said = "".join(character if character.isprintable() else "?" for character in reason)[:REASON_LENGTH]
        try:
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=body,
                MessageGroupId="malformed",
                MessageDeduplicationId=message_id,
                MessageAttributes={"reason": {"DataType": "String", "StringValue": said}},
            )
        except (BotoCoreError, ClientError) as err:
            raise MessageNotDelivered(f"the dead-letter queue did not answer: {err}") from err


def _entry(index: int, finding: Finding) -> SendMessageBatchRequestEntryTypeDef:
    return {
        "Id": str(index),
        "MessageBody": encode(finding),
        "MessageGroupId": message_group(finding.connector),
        "MessageDeduplicationId": deduplication_id(finding),
    }
