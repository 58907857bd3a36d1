"""SNS: what subscribers get.

Patches `moto.sns.models.Subscription.publish`, whose messages to functions and queues differ from AWS's and which
knows no e-mail.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.sns.models import Subscription
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from sandbox.aws.delivery import targets
from sandbox.aws.world import World

_forwarded = Subscription.publish


def install(world: World) -> None:
    def publish(
        self: Subscription,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(message_attributes, message):
            return
        if message_structure == "json":
            message = self._parse_message_structure(message, self.protocol)
        attributes = message_attributes or {}
        for _ in range(2 if world.switches.duplicate_sns else 1):
            match self.protocol:
                case "lambda":
                    _to_function(world, self, message, message_id, subject, attributes)
                case "sqs":
                    _to_queue(self, message, message_id, subject, attributes, group_id, deduplication_id)
                case "email" | "email-json":
                    texts = {name: str(value["Value"]) for name, value in attributes.items()}
                    world.journal.mail(
                        self.endpoint, self.topic.arn, subject or "AWS Notification Message", message, texts
                    )
                case _:
                    _forwarded(self, message, message_id, subject, message_attributes, group_id, deduplication_id)

    Subscription.publish = publish  # type: ignore[method-assign]


def _to_function(
    world: World,
    subscription: Subscription,
    message: str,
    message_id: str,
    subject: str | None,
    attributes: dict[str, Any],
) -> None:
    told = _notification(subscription, message, message_id, subject, attributes)
    told["SigningCertUrl"], told["UnsubscribeUrl"] = told.pop("SigningCertURL"), told.pop("UnsubscribeURL")
    told.setdefault("Subject", None)
    told.setdefault("MessageAttributes", {})
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": told,
    }
    targets.deliver(world, subscription.endpoint, json.dumps({"Records": [record]}))


def _to_queue(
    subscription: Subscription,
    message: str,
    message_id: str,
    subject: str | None,
    attributes: dict[str, Any],
    group_id: str | None,
    deduplication_id: str | None,
) -> None:
    _, _, _, region, account, name = subscription.endpoint.split(":")
    raw = str(subscription.attributes.get("RawMessageDelivery", "false")).lower() == "true"
    body = message
    if not raw:
        body = json.dumps(_notification(subscription, message, message_id, subject, attributes), indent=2)
    try:
        sqs_backends[account][region].send_message(
            name,
            body,
            message_attributes=_as_sqs(attributes) if raw else None,
            deduplication_id=deduplication_id,
            group_id=group_id,
            validate_group_id=False,
        )
    except QueueDoesNotExist:
        return  # SNS drops what a deleted queue would get


def _notification(
    subscription: Subscription, message: str, message_id: str, subject: str | None, attributes: dict[str, Any]
) -> dict[str, Any]:
    """Source: "HTTP/HTTPS notification JSON format" in the SNS developer guide; the signature is not one."""
    told: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": subscription.topic.arn,
        "Message": message,
        "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem",
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=" + subscription.arn,
    }
    if subject:
        told["Subject"] = subject
    if attributes:
        told["MessageAttributes"] = {
            name: {"Type": value["Type"], "Value": value["Value"]} for name, value in attributes.items()
        }
    return told


def _as_sqs(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "DataType": value["Type"],
            "BinaryValue" if value["Type"].startswith("Binary") else "StringValue": value["Value"],
        }
        for name, value in attributes.items()
    }
