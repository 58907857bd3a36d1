"""Lambda's pollers of SQS queues.

A batch is invisible while its function computes, however long that takes on this machine; only the wait before the
next try is scaled. Source: "Using Lambda with Amazon SQS" in the Lambda developer guide.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import EventSourceMapping, LambdaFunction, lambda_backends
from moto.core.utils import unix_time_millis
from moto.sqs.models import Message, Queue, sqs_backends

from sandbox.aws.delivery import queues
from sandbox.aws.lambdas import execution
from sandbox.aws.lambdas.spec import Throttled
from sandbox.aws.threads import background, repeat
from sandbox.aws.world import World

ROUND = 0.025
WHILE_RUNNING = 43_200 - 600
"""Seconds that a batch stays invisible while its function runs: nearly the longest that SQS allows."""


@dataclass(frozen=True, slots=True)
class _Batch:
    mapping: EventSourceMapping
    function: LambdaFunction
    queue: Queue
    messages: list[Message]
    received_at: float
    """Milliseconds since the epoch."""


class Pollers:
    """Looks at every enabled mapping in rounds and starts a thread for each batch it finds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()

    def start(self) -> None:
        repeat(self._round, ROUND, self._world.stopping)

    def _round(self) -> None:
        for regions in list(lambda_backends.values()):
            for backend in list(regions.values()):
                for mapping in list(backend._event_source_mappings.values()):
                    if mapping.enabled and ":sqs:" in mapping.event_source_arn:
                        self._poll(mapping)

    def _poll(self, mapping: EventSourceMapping) -> None:
        _, _, _, region, account, name = mapping.event_source_arn.split(":")
        queue = sqs_backends[account][region].queues.get(name)
        if queue is None:
            return
        with queues.lock:
            if not queue.messages or not _window_is_over(self._world, mapping, queue):
                return
        try:
            function = execution.function_at(mapping.function_arn)
        except UnknownFunctionException:
            return
        at_once = (mapping.scaling_config or {}).get("MaximumConcurrency", 1_000)
        with self._lock:
            running = self._running[mapping.uuid]
        if running >= at_once or self._world.functions.free(execution.spec_of(function)) < 1:
            return
        received_at = unix_time_millis()
        size = min(mapping.batch_size, 10)
        messages = sqs_backends[account][region].receive_message(
            name, size, 0, self._world_seconds(WHILE_RUNNING), message_attribute_names=["All"]
        )
        if messages:
            with self._lock:
                self._running[mapping.uuid] += 1
            background(self._work_off, _Batch(mapping, function, queue, messages, received_at))

    def _world_seconds(self, real_seconds: float) -> int:
        """AWS seconds that last `real_seconds` here."""
        return int(real_seconds * self._world.clock.factor)

    def _work_off(self, batch: _Batch) -> None:
        try:
            failed = self._invoke(batch)
            if self._world.switches.duplicate_sqs:
                for message in batch.messages:
                    message.approximate_receive_count += 1
                failed = self._invoke(batch)
            self._settle(batch, failed)
        finally:
            with self._lock:
                self._running[batch.mapping.uuid] -= 1

    def _invoke(self, batch: _Batch) -> set[str]:
        """The ids of the messages that were not worked off."""
        everything = {message.id for message in batch.messages}
        event = {"Records": [_record(batch.mapping, message) for message in batch.messages]}
        try:
            result = execution.run(self._world, batch.function, json.dumps(event).encode())
        except Throttled:
            return everything
        if result.error:
            return everything
        if "ReportBatchItemFailures" not in (batch.mapping.function_response_types or []):
            return set()
        return _reported(result.payload, everything)

    def _settle(self, batch: _Batch, failed: set[str]) -> None:
        """Delete what succeeded; the rest comes back when the queue's visibility timeout since its receipt is over."""
        _, _, _, region, account, name = batch.mapping.event_source_arn.split(":")
        backend = sqs_backends[account][region]
        timeout = float(batch.queue.visibility_timeout)  # type: ignore[attr-defined]
        due = batch.received_at + self._world.clock.real(timeout) * 1000
        for message in batch.messages:
            if message.id not in failed:
                backend.delete_message(name, str(message.receipt_handle))
                continue
            with queues.lock:
                own = next((m for m in batch.queue._messages if m.id == message.id), None)
                if own is not None and own.visible_at > unix_time_millis() + WHILE_RUNNING * 500:
                    own.visible_at = due  # else the function has chosen another time by ChangeMessageVisibility


def _window_is_over(world: World, mapping: EventSourceMapping, queue: Queue) -> bool:
    window = world.clock.real(float(mapping.max_batch_window or 0))
    waiting = queue.messages
    if not window or len(waiting) >= mapping.batch_size:
        return True
    return time.time() - min(float(message.sent_timestamp or 0) for message in waiting) / 1000 >= window


def _reported(payload: bytes, everything: set[str]) -> set[str]:
    """An answer that is not in the documented form means that the whole batch failed."""
    try:
        failures = (json.loads(payload) or {}).get("batchItemFailures") or []
        failed = {failure["itemIdentifier"] for failure in failures}
    except (ValueError, KeyError, TypeError, AttributeError):
        return everything
    return min(failed, everything)


def _record(mapping: EventSourceMapping, message: Message) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    of_fifo = {
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
        "SequenceNumber": message.sequence_number,
    }
    attributes |= {name: value for name, value in of_fifo.items() if value is not None}
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {name: _attribute(value) for name, value in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.event_source_arn,
        "awsRegion": mapping.region,
    }


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    told = {name[0].lower() + name[1:]: text for name, text in value.items() if name in ("StringValue", "BinaryValue")}
    return {**told, "stringListValues": [], "binaryListValues": [], "dataType": value.get("DataType")}
