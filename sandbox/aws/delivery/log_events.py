"""CloudWatch Logs: subscriptions, embedded metrics, and event ids as AWS has them.

Patches `moto.logs.models.LogStream.put_log_events` (ignores filter patterns, numbers events with integers, calls the
function while the caller waits) and `LogEvent.to_filter_dict` (the same id must be found there).
"""

from __future__ import annotations

import base64
import gzip
import json
import logging
import time
from typing import Any

from moto.core.utils import utcnow
from moto.logs.models import LogEvent, LogStream, SubscriptionFilter

from sandbox.aws import metrics
from sandbox.aws.delivery import targets
from sandbox.aws.delivery.filter_patterns import compiled
from sandbox.aws.metrics import Datapoint
from sandbox.aws.world import World

log = logging.getLogger("sandbox")


def install(world: World) -> None:
    def put_log_events(self: LogStream, log_events: list[dict[str, Any]]) -> str:
        now_ms = int(time.time() * 1000)
        events = [LogEvent(now_ms, event) for event in log_events]
        self.last_ingestion_time = utcnow()
        self.stored_bytes += sum(len(event.message) for event in events)
        self.events += events
        self.upload_sequence_token += 1
        for event in events:
            if '"_aws"' in event.message:
                extract_metrics(event.message, self.account_id, self.region)
        for subscription in list(self.log_group.subscription_filters.values()):
            _send(world, self, subscription, events)
        return f"{self.upload_sequence_token:056d}"

    to_filter_dict = LogEvent.to_filter_dict

    def with_event_id(self: LogEvent) -> dict[str, Any]:
        return {**to_filter_dict(self), "eventId": event_id(self)}

    LogStream.put_log_events = put_log_events  # type: ignore[method-assign]
    LogEvent.to_filter_dict = with_event_id  # type: ignore[method-assign]


def event_id(event: LogEvent) -> str:
    return f"{event.event_id:056d}"


def _send(world: World, stream: LogStream, subscription: SubscriptionFilter, events: list[LogEvent]) -> None:
    matches = compiled(subscription.filter_pattern)
    chosen = [event for event in events if matches(event.message)]
    if not chosen:
        return
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": stream.account_id,
        "logGroup": stream.log_group.name,
        "logStream": stream.log_stream_name,
        "subscriptionFilters": [subscription.name],
        "logEvents": [{"id": event_id(e), "timestamp": e.timestamp, "message": e.message} for e in chosen],
    }
    zipped = gzip.compress(json.dumps(data, separators=(",", ":")).encode())
    payload = json.dumps({"awslogs": {"data": base64.b64encode(zipped).decode()}})
    targets.deliver(world, subscription.destination_arn, payload)


def extract_metrics(line: str, account: str, region: str) -> None:
    """Source: "Embedded metric format specification" in the CloudWatch user guide. Bad lines are ignored, as there."""
    try:
        document = json.loads(line)
        at = document["_aws"]["Timestamp"] / 1000
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for dimensions in directive.get("Dimensions") or [[]]:
                pairs = tuple(sorted((name, str(document[name])) for name in dimensions))
                for metric in directive["Metrics"]:
                    values = document[metric["Name"]]
                    found = tuple(float(value) for value in (values if isinstance(values, list) else [values]))
                    point = Datapoint(at, found, metric.get("Unit"))
                    metrics.store_of(account, region).add((directive["Namespace"], metric["Name"], pairs), point)
    except (ValueError, KeyError, TypeError) as err:
        log.warning("a log line looks like an embedded metric and is none: %s", err)
