"""Looks at what ConnectOps has done, from outside: its table, its topic, and the calls that reached the platforms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from connectops.ledger import Ledger
from connectops.model import MSK_CLUSTER, ConnectorId, ConnectorRecord, Notice
from connectops.tell.notices import parse_notification
from sandbox.demo.seen import Seen
from sandbox.session import SandboxSession

QUEUE = "demo-notices"
INCIDENTS_KEPT = 5


class NoticeQueue:
    """A subscriber of the topic of notices, as any team may have one."""

    def __init__(self, session: SandboxSession, topic_arn: str) -> None:
        self._sqs = session.client("sqs")
        self._url = self._sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        told = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        session.client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=told["Attributes"]["QueueArn"])
        self._notices: dict[str, Notice] = {}

    def receive(self) -> tuple[Notice, ...]:
        """All notices so far, in the order in which they were decided, each once."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                notice = parse_notification(message["Body"])
                self._notices.setdefault(notice.id, notice)
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return tuple(sorted(self._notices.values(), key=lambda notice: (notice.at, notice.id)))


@dataclass(frozen=True, slots=True)
class Sight:
    """What the ledger knows of a connector, and what has really happened to it."""

    record: ConnectorRecord
    seen: Seen


class Observer:
    """`restarts_by_rest` counts the restarts that reached the self-managed cluster, by connector."""

    def __init__(
        self,
        session: SandboxSession,
        outputs: Mapping[str, str],
        restarts_by_rest: Callable[[], Mapping[str, int]],
    ) -> None:
        self._sandbox = session
        self._ledger = Ledger(outputs["LedgerTable"], session.client("dynamodb"))
        self._queue = NoticeQueue(session, outputs["AlertsTopicArn"])
        self._restarts_by_rest = restarts_by_rest

    def look(self, connectors: Iterable[ConnectorId]) -> dict[ConnectorId, Sight]:
        notices = self._queue.receive()
        on_msk, by_rest = self._restarts_on_msk(), self._restarts_by_rest()
        sights: dict[ConnectorId, Sight] = {}
        for connector in connectors:
            record = self._ledger.load(connector)
            seen = Seen(
                connector,
                record.incident,
                tuple(islice(self._ledger.incidents(connector), INCIDENTS_KEPT)),
                bool(record.suspicions),
                tuple(notice for notice in notices if notice.connector == connector),
                on_msk[connector.name] if connector.cluster == MSK_CLUSTER else by_rest.get(connector.name, 0),
            )
            sights[connector] = Sight(record, seen)
        return sights

    def _restarts_on_msk(self) -> Counter[str]:
        """Calls that took effect, by the connector that the ARN names."""
        calls = self._sandbox.calls(service="kafkaconnect", operation="RestartConnector")
        done = [call for call in calls if call.carried_out and call.status in (0, 200)]
        return Counter(call.parameters["connectorArn"].split("/")[1] for call in done)
