"""No secret leaves the worker log and the connector's configuration, in which it was planted."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from connectops.model import Platform
from sandbox.demo.observation import Sight
from sandbox.playback.recording import Recording, load
from tests.sandbox.acceptance.conftest import SAMPLES, Theatre

IN_LINES = (
    "planted-1x7Kq",
    "planted-2mZr8",
    "planted-3vTw2",
    "planted-4hBn6",
    "planted/5cYd9planted/5cYd9planted/5cYd9p",
    "planted-6gLs3",
)
IN_CONFIGURATION = "planted-7jPf4"

CAUSES = {
    # As Debezium 3.2 really writes it, see the recording my-topic-deleted-autocreate-off-e.
    "ConnectorContext": "java.lang.IllegalStateException: DebeziumOpenLineageEmitter not initialized for connector"
    " ConnectorContext[connectorLogicalName=orders, connectorName=mariadb, taskId=0, version=3.2.0.Final,"
    " config={connector.class=io.debezium.connector.mariadb.MariaDbConnector, database.user=dbz,"
    f" database.password={IN_LINES[0]}, name=orders}}]. Call init() first.",
    "jdbc:postgresql": "java.sql.SQLException: cannot open jdbc:postgresql://db.example:5432/shop?user=app"
    f"&password={IN_LINES[1]}&ssl=true",
    "sasl.jaas.config": "org.apache.kafka.common.config.ConfigException: Invalid value for sasl.jaas.config ="
    f' org.apache.kafka.common.security.scram.ScramLoginModule required username="app" password="{IN_LINES[2]}";',
    "registry.example": f"java.io.IOException: 503 from https://app:{IN_LINES[3]}@registry.example:8081/subjects",
    "secret_access_key": "software.amazon.awssdk.core.exception.SdkClientException:"
    f" aws_secret_access_key={IN_LINES[4]}",
    "Authorization": f"java.io.IOException: refused, sent Authorization: Bearer {IN_LINES[5]}",
}
"""Root causes with a secret in them, by a word that is none."""


def with_secrets(recording: Recording, cause: str) -> Recording:
    """The same failure with another root cause, in its lines and in its status."""
    planted = f"Caused by: {CAUSES[cause]}"
    texts = (planted if line.text.startswith("Caused by: ") else line.text for line in recording.lines)
    lines = tuple(
        replace(line, text=text.replace("deadlock detected", "no"))
        for line, text in zip(recording.lines, texts, strict=True)
    )
    statuses = tuple(
        replace(status, trace_head=f"{status.trace_head}\n{planted}") if status.trace_head else status
        for status in recording.statuses
    )
    return with_password(replace(recording, lines=lines, statuses=statuses), IN_CONFIGURATION)


def with_password(recording: Recording, password: str) -> Recording:
    """The same failure with a password in its configuration, under two names."""
    config = {**recording.configuration, "database.password": password, "connection.password": password}
    return replace(recording, scenario={**recording.scenario, "config": config})


def test_no_planted_secret_leaves(theatre: Theatre) -> None:
    theatre.sandbox.client("sns").subscribe(
        TopicArn=theatre.stage.outputs["AlertsTopicArn"], Protocol="email", Endpoint="team@example.com"
    )
    stages = itertools.cycle(Platform)
    failing = {
        cause: theatre.play(with_secrets(load(SAMPLES / "sink-deadlock-d"), cause), platform=next(stages))
        for cause in CAUSES
    }
    unreadable = {"awslogs": {"data": IN_LINES[0]}}
    theatre.sandbox.client("lambda").invoke(
        FunctionName="connectops-read-worker-logs", Payload=json.dumps(unreadable).encode()
    )
    for cause, connector in failing.items():
        told = theatre.await_sight(connector, lambda sight: bool(sight.seen.notices)).seen.notices[-1]
        assert cause in told.cause, "the cause has to leave, without its secret"
        theatre.await_sight(connector, was_looked_at)

    on_msk = next(connector for connector in failing.values() if connector.platform is Platform.MSK_CONNECT)
    arn = theatre.await_sight(on_msk, lambda sight: sight.record.arn is not None).record.arn
    described = theatre.sandbox.client("kafkaconnect").describe_connector(connectorArn=arn)
    assert IN_CONFIGURATION in described["connectorConfiguration"].values()
    groups = (theatre.stage.msk_log_group, theatre.stage.cluster_log_group)
    workers = "".join(line for group in groups for line in lines_of(theatre, group))
    assert all(secret in workers for secret in IN_LINES)

    for place, text in everything_that_left(theatre):
        assert not [secret for secret in (*IN_LINES, IN_CONFIGURATION) if secret in text], f"{place} holds a secret"


def was_looked_at(sight: Sight) -> bool:
    """A poll has brought the failure up as well, with the trace where the platform has one."""
    return sight.seen.restarts > 0 or (sight.record.incident is not None and sight.record.incident.looks > 0)


def everything_that_left(theatre: Theatre) -> Iterator[tuple[str, str]]:
    """Where what the functions read may have gone, with all that is there."""
    stage, sandbox = theatre.stage, theatre.sandbox
    table = sandbox.client("dynamodb").get_paginator("scan").paginate(TableName=stage.outputs["LedgerTable"])
    yield "the table", json.dumps([page["Items"] for page in table])
    # Journalled with their parameters: what was sent to queues and topics, written to the table, put as a metric.
    made = [call for call in sandbox.calls() if call.caller]
    assert {"SendMessageBatch", "Publish", "PutItem", "SendMessage"} <= {call.operation for call in made}
    yield "a call of a function", json.dumps([call.parameters for call in made], default=str)
    for queue in ("FindingsDeadLettersUrl", "LogsDeadLettersUrl", "SlackDeadLettersUrl", "FindingsQueueUrl"):
        yield queue, json.dumps(left_in(theatre, queue))
    assert sandbox.mails()
    yield "an e-mail", json.dumps([[mail.subject, mail.body, mail.attributes] for mail in sandbox.mails()])
    assert sandbox.wait_for(lambda: stage.slack.messages)
    yield "a Slack message", json.dumps([posted.payload for posted in stage.slack.messages])
    metrics = sandbox.client("cloudwatch").get_paginator("list_metrics").paginate()
    yield "a metric", json.dumps([page["Metrics"] for page in metrics])
    for output in ("PollConnectors", "ReadWorkerLogs", "RespondToFindings", "NotifySlack"):
        lines = lines_of(theatre, stage.outputs[f"{output}LogGroup"])
        assert lines
        yield f"the log of {output}", "\n".join(lines)


def left_in(theatre: Theatre, output: str) -> list[Any]:
    url = theatre.stage.outputs[output]
    found = theatre.sandbox.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
    )
    return list(found.get("Messages", []))


def lines_of(theatre: Theatre, group: str) -> list[str]:
    pages = theatre.sandbox.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]
