"""Asynchronous invocations: two retries after one and two minutes, then the destination or the dead-letter queue.

Source: "Error handling for asynchronous invocation" in the Lambda developer guide. The waits are scaled.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import LambdaFunction

from sandbox.aws.delivery import targets
from sandbox.aws.lambdas import execution
from sandbox.aws.lambdas.spec import RunResult, Throttled
from sandbox.aws.threads import background
from sandbox.aws.world import World

RETRY_WAITS = (60.0, 120.0)
THROTTLE_WAIT = 1.0
OLDEST_EVENT = 21_600.0


def accept(world: World, function: LambdaFunction, payload: bytes) -> None:
    """Queue one event; returns at once."""
    background(_work_off, world, function, payload)


def _work_off(world: World, function: LambdaFunction, payload: bytes) -> None:
    settings: dict[str, Any] = function.event_invoke_config[-1].config if function.event_invoke_config else {}
    retries = int(settings.get("MaximumRetryAttempts", len(RETRY_WAITS)))
    too_old_at = time.monotonic() + world.clock.real(float(settings.get("MaximumEventAgeInSeconds", OLDEST_EVENT)))
    result, attempt = None, 0
    for attempt in range(1, retries + 2):
        result = _run_when_free(world, function, payload, too_old_at)
        if result is None or not result.error or attempt > retries:
            break
        wait = world.clock.real(RETRY_WAITS[min(attempt, len(RETRY_WAITS)) - 1])
        if time.monotonic() + wait > too_old_at or world.stopping.wait(wait):
            break
    _hand_on(world, function, payload, settings, result, attempt)


def _run_when_free(world: World, function: LambdaFunction, payload: bytes, too_old_at: float) -> RunResult | None:
    """None if the event became too old before the function was free."""
    while time.monotonic() < too_old_at and not world.stopping.is_set():
        try:
            return execution.run(world, function, payload)
        except Throttled:
            world.stopping.wait(max(world.clock.real(THROTTLE_WAIT), 0.02))
    return None


def _hand_on(
    world: World,
    function: LambdaFunction,
    payload: bytes,
    settings: dict[str, Any],
    result: RunResult | None,
    attempts: int,
) -> None:
    failed = result is None or result.error is not None
    destinations = settings.get("DestinationConfig") or {}
    destination = (destinations.get("OnFailure" if failed else "OnSuccess") or {}).get("Destination")
    if destination:
        record = _record(function, payload, result, attempts)
        targets.deliver(world, destination, json.dumps(record))
    dead_letters = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn")
    if failed and dead_letters:
        targets.deliver(world, dead_letters, payload.decode())


def _record(function: LambdaFunction, payload: bytes, result: RunResult | None, attempts: int) -> dict[str, Any]:
    """Source: "Invocation record for asynchronous invocation", record format version 1.0."""
    condition = "EventAgeExceeded" if result is None else "RetriesExhausted" if result.error else "Success"
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": result.request_id if result else "",
            "functionArn": f"{function.function_arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": json.loads(payload),
    }
    if result:
        error = {"functionError": result.error} if result.error else {}
        record["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST", **error}
        record["responsePayload"] = json.loads(result.payload or b"null")
    return record
