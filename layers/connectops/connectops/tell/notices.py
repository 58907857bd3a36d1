"""The topic of notices: what subscribers get, and how a subscriber reads it; the format is in docs/notices.md.

One message serves all: e-mail subscribers get text, everybody else gets JSON `{"schema": 1, "notice": {...}}`, see
`model.Notice`. The message attributes are for filter policies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from connectops.errors import MalformedEvent, MessageNotDelivered
from connectops.model import Notice
from connectops.tell import email_text
from connectops.tell.links import RUNBOOK, find_links
from connectops.tell.wording import allowed, cut

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

SCHEMA = 1
MESSAGE_BYTES = 262_144  # SNS: the message with its attributes
_ATTRIBUTE_LENGTH = 256
_ROOM_FOR_ATTRIBUTES = 10_240  # six values of 256 characters and their names
_EVIDENCE_FIRST = ("cause", "what_happened", "what_we_did", "next_step", "title")
_KEPT_LENGTH = 2_000
# SNS refuses the message itself. Anything else (no permission, no topic, a disabled key) somebody can mend meanwhile.
_REFUSED_FOR_GOOD = {"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "ValidationException"}


@dataclass(frozen=True, slots=True)
class _Envelope:
    schema: int
    notice: Notice


class _Notification(msgspec.Struct, rename="pascal"):
    """What SNS puts around a message on its way to a queue (raw message delivery is off)."""

    type: str
    message: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Envelope)
_notification_decoder = msgspec.json.Decoder(_Notification)


class NoticeTopic:
    """Publishes notices. `client` is a boto3 SNS client; `runbook` is a URL or path without the anchor."""

    def __init__(self, topic_arn: str, client: SNSClient, runbook: str = RUNBOOK) -> None:
        self._topic_arn = topic_arn
        self._client = client
        self._runbook = runbook

    def publish(self, notice: Notice) -> None:
        """Raises MessageNotDelivered; `permanent` if SNS will never accept this very message."""
        notice = replace(notice, links=find_links(notice, self._topic_arn, self._runbook))
        try:
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=email_text.subject(notice),
                Message=_fitting_message(notice),
                MessageStructure="json",
                MessageAttributes=_attributes(notice),
            )
        except ClientError as err:
            code = err.response["Error"]["Code"]
            raise MessageNotDelivered(f"SNS: {err}", permanent=code in _REFUSED_FOR_GOOD) from err
        except BotoCoreError as err:
            raise MessageNotDelivered(f"SNS: {err}", permanent=isinstance(err, ParamValidationError)) from err


def parse(message: str) -> Notice:
    """The notice in a message of the topic. Raises MalformedEvent with what was wrong."""
    try:
        envelope = _decoder.decode(message)
    except msgspec.MsgspecError as err:
        raise MalformedEvent(f"not a notice of schema {SCHEMA}: {err}") from err
    if envelope.schema != SCHEMA:
        raise MalformedEvent(f"a notice of schema {envelope.schema}, expected {SCHEMA}")
    if not (envelope.notice.at.tzinfo and envelope.notice.since.tzinfo):
        raise MalformedEvent("a notice with a time that has no offset from UTC, expected times such as ...T09:12:04Z")
    return envelope.notice


def parse_notification(body: str) -> Notice:
    """The notice in the body of an SQS message that SNS sent. Raises MalformedEvent with what was wrong."""
    try:
        notification = _notification_decoder.decode(body)
    except msgspec.MsgspecError as err:
        raise MalformedEvent(f"not an SNS notification: {err}") from err
    if notification.type != "Notification":
        raise MalformedEvent(f"an SNS message of type {notification.type!r}, expected 'Notification'")
    return parse(notification.message)


def _fitting_message(notice: Notice) -> str:
    message = _message(notice)
    for field in _EVIDENCE_FIRST:
        if len(message.encode()) <= MESSAGE_BYTES - _ROOM_FOR_ATTRIBUTES:
            break
        shorter: dict[str, Any] = {field: cut(getattr(notice, field), _KEPT_LENGTH)}
        notice = replace(notice, **shorter)
        message = _message(notice)
    return message


def _message(notice: Notice) -> str:
    structure = {
        "default": _encoder.encode(_Envelope(SCHEMA, notice)).decode(),
        "email": allowed(email_text.text(notice)),
    }
    return allowed(_encoder.encode(structure).decode())


def _attributes(notice: Notice) -> dict[str, MessageAttributeValueTypeDef]:
    values = {
        "severity": notice.severity,
        "platform": notice.connector.platform,
        "cluster": notice.connector.cluster,
        "connector": notice.connector.name,
        "failure_class": notice.failure_class,
        "event": notice.change,
    }
    return {
        name: {"DataType": "String", "StringValue": allowed(value)[:_ATTRIBUTE_LENGTH] or "-"}
        for name, value in values.items()
    }
