"""SQS as it behaves: scaled waits, deduplication that outlives the message, no race between two receivers.

Patches moto's `Message.change_visibility` and `delay` (whole seconds only), `Queue.add_message` (forgets the
deduplication id of deleted messages, and invokes functions inside SendMessage) and `SQSBackend.receive_message` and
`delete_message` (not safe between threads).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from moto.core.utils import unix_time_millis
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from sandbox.aws import metrics
from sandbox.aws.world import World

DEDUPLICATION = 300.0
"""Seconds in which SQS FIFO queues remember a deduplication id."""
_POLL = 0.02

lock = threading.RLock()
"""Guards all queues: two receivers must never get the same message."""


def install(world: World) -> None:
    clock = world.clock
    add, receive, delete = Queue.add_message, SQSBackend.receive_message, SQSBackend.delete_message
    seen: dict[tuple[str, str], float] = {}

    def change_visibility(self: Message, visibility_timeout: float) -> None:
        self.visible_at = unix_time_millis() + clock.real(float(visibility_timeout)) * 1000

    def delay(self: Message, delay_seconds: float) -> None:
        self.delayed_until = unix_time_millis() + clock.real(float(delay_seconds)) * 1000

    def add_message(self: Queue, message: Message) -> None:
        with lock:
            moved = message.approximate_receive_count > 0
            if self.fifo_queue and message.deduplication_id and not moved:
                key = self.queue_arn, message.deduplication_id
                if time.monotonic() < seen.get(key, 0.0):
                    return
                seen[key] = time.monotonic() + clock.real(DEDUPLICATION)
            message.deduplication_id, kept = None, message.deduplication_id
            try:
                _without_functions(self, lambda: add(self, message))
            finally:
                message.deduplication_id = kept

    def receive_message(
        self: SQSBackend,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Message]:
        """`wait_seconds_timeout` is real: whoever waits has a connection open."""
        ends = time.monotonic() + wait_seconds_timeout
        while True:
            with lock:
                found = receive(self, queue_name, count, 0, visibility_timeout, message_attribute_names)
            if found or time.monotonic() >= ends or world.stopping.wait(_POLL):
                return found

    def delete_message(self: SQSBackend, queue_name: str, receipt_handle: str) -> None:
        with lock:
            delete(self, queue_name, receipt_handle)

    Message.change_visibility = change_visibility  # type: ignore[method-assign]
    Message.delay = delay  # type: ignore[method-assign]
    Queue.add_message = add_message  # type: ignore[method-assign]
    SQSBackend.receive_message = receive_message  # type: ignore[method-assign]
    SQSBackend.delete_message = delete_message  # type: ignore[method-assign]


def _without_functions(queue: Queue, add: Callable[[], None]) -> None:
    mappings: dict[str, Any] = queue.lambda_event_source_mappings
    queue.lambda_event_source_mappings = {}
    try:
        add()
    finally:
        queue.lambda_event_source_mappings = mappings


def publish_metrics() -> None:
    """What alarms on dead-letter queues look at. Source: "Available CloudWatch metrics for Amazon SQS"."""
    now_ms = unix_time_millis()
    for account, regions in list(sqs_backends.items()):
        for region, backend in list(regions.items()):
            for queue in list(backend.queues.values()):
                with lock:
                    messages = list(queue._messages)
                visible = [message for message in messages if message.visible and not message.delayed]
                oldest = max((now_ms - float(message.sent_timestamp or now_ms) for message in messages), default=0.0)
                for name, value in (
                    ("ApproximateNumberOfMessagesVisible", float(len(visible))),
                    ("ApproximateNumberOfMessagesNotVisible", float(len(messages) - len(visible))),
                    ("ApproximateAgeOfOldestMessage", oldest / 1000),
                ):
                    metrics.put(account, region, "AWS/SQS", name, value, QueueName=queue.name)
