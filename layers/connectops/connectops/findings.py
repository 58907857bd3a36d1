"""The queue between those who look and the one who decides: its messages, groups and duplicates.

A message is JSON: `{"schema": 1, "finding": {...}}`, see `model.Finding`; or `{"schema": 1, "standing": {...}}`, see
`model.StandingOrder`. Messages of one connector form one group, so a connector has exactly one writer at a time;
standing orders form another. What was sent twice within five minutes is delivered once.
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
from connectops.model import ConnectorId, Finding, StandingOrder

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

SCHEMA = 1
MESSAGES_A_BATCH = 10  # SQS SendMessageBatch
REASON_LENGTH = 500
FINDING_CONTENTS = ("look", "diagnosis", "suspicion", "sign", "order", "call")
STANDING_CONTENTS = ("mode", "policy")

type Message = Finding | StandingOrder


@dataclass(frozen=True, slots=True)
class _Envelope:
    schema: int
    finding: Finding | None = None
    standing: StandingOrder | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Envelope)


def encode(message: Message) -> str:
    if isinstance(message, Finding):
        return _encoder.encode(_Envelope(SCHEMA, finding=message)).decode()
    return _encoder.encode(_Envelope(SCHEMA, standing=message)).decode()


def decode(body: str) -> Message:
    """What is in a message body. Raises MalformedEvent with what was wrong."""
    try:
        envelope = _decoder.decode(body)
    except msgspec.MsgspecError as err:
        raise MalformedEvent(f"not a finding of schema {SCHEMA}: {err}") from err
    if envelope.schema != SCHEMA:
        raise MalformedEvent(f"a finding of schema {envelope.schema}, expected {SCHEMA}")
    message = envelope.finding or envelope.standing
    if message is None or None not in (envelope.finding, envelope.standing):
        raise MalformedEvent("a message must hold exactly one of finding and standing")
    if len(_contents(message)) != 1:
        possible = FINDING_CONTENTS if isinstance(message, Finding) else STANDING_CONTENTS
        raise MalformedEvent(f"a message must hold exactly one of {', '.join(possible)}")
    return message


def _contents(message: Message) -> list[str]:
    possible = FINDING_CONTENTS if isinstance(message, Finding) else STANDING_CONTENTS
    return [name for name in possible if getattr(message, name) is not None]


def message_group(about: ConnectorId | None) -> str:
    """Names may hold any character and be of any length, group ids may not. None: about the whole deployment."""
    return hashlib.sha256(about.key.encode()).hexdigest() if about else "deployment"


def deduplication_id(message: Message) -> str:
    """The same for every repeated delivery of the same look, line or order, different for two looks."""
    if isinstance(message, Finding):
        [source] = _contents(message)
        said = f"{message.connector.key}\n{source}\n{message.origin}"
    else:
        said = message.policy if message.policy is not None else f"{message.mode}\n{message.by}\n{message.at}"
    return hashlib.sha256(said.encode()).hexdigest()


class FindingsQueue:
    """Sends findings. `client` is a boto3 SQS client."""

    def __init__(self, url: str, client: SQSClient) -> None:
        self._url = url
        self._client = client

    def send(self, findings: Iterable[Message]) -> int:
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


def _entry(index: int, message: Message) -> SendMessageBatchRequestEntryTypeDef:
    return {
        "Id": str(index),
        "MessageBody": encode(message),
        "MessageGroupId": message_group(message.connector if isinstance(message, Finding) else None),
        "MessageDeduplicationId": deduplication_id(message),
    }
