"""Connectors on the local MSK Connect, made as a person makes them: plugin to S3, CreateCustomPlugin, CreateConnector.

For a sandbox that was started with `live=True`, next to a site (`sandbox.live.stacks`).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli import plugin
from sandbox.live import parts
from sandbox.live.door.request import VERSIONS
from sandbox.live.stacks import Recipe, Site
from sandbox.session import SandboxSession

BUCKET = "connect-plugins"
LOG_GROUP = "/msk-connect/workers"
CONVERTERS = dict.fromkeys(("key.converter", "value.converter"), "org.apache.kafka.connect.json.JsonConverter")


class NotInState(Exception):
    """A connector did not get there in time; the message says where it is, and why if the service says so."""


def register(session: SandboxSession, source: Recipe | Path) -> str:
    """The ARN of an ACTIVE custom plugin: a stack's Debezium, or an archive or folder of jars.

    Raises PartMissing, NotRegistered, Unreadable.
    """
    if isinstance(source, Recipe):
        source = parts.archive(parts.DEBEZIUM[source.connector, source.debezium])
    s3 = session.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    packed = plugin.pack(source)
    key = plugin.upload(s3, BUCKET, packed)
    arn = f"arn:aws:s3:::{BUCKET}"
    return plugin.register_plugin(session.client("kafkaconnect"), packed, arn, key, lambda _: time.sleep(0.2))


def create(
    session: SandboxSession,
    site: Site,
    name: str,
    configuration: Mapping[str, str],
    plugin_arn: str,
    *,
    worker_properties: Mapping[str, str] = CONVERTERS,
    workers: int = 1,
    log_group: str | None = LOG_GROUP,
    tags: Mapping[str, str] | None = None,
) -> str:
    """CreateConnector for the site's brokers and Kafka Connect version; its ARN at once, CREATING. Raises ClientError.

    `log_group` None delivers no logs.
    """
    client = session.client("kafkaconnect")
    own = _worker_configuration(client, name, worker_properties)
    delivery = {"enabled": True, "logGroup": log_group} if log_group else {"enabled": False}
    vpc = {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"]}
    created = client.create_connector(
        connectorName=name,
        kafkaConnectVersion=next(offered for offered, run in VERSIONS.items() if run == site.recipe.connect),
        connectorConfiguration=dict(configuration),
        capacity={"provisionedCapacity": {"mcuCount": 1, "workerCount": workers}},
        kafkaCluster={"apacheKafkaCluster": {"bootstrapServers": site.broker.address, "vpc": vpc}},
        kafkaClusterClientAuthentication={"authenticationType": "NONE"},
        kafkaClusterEncryptionInTransit={"encryptionType": "PLAINTEXT"},
        plugins=[{"customPlugin": {"customPluginArn": plugin_arn, "revision": 1}}],
        workerConfiguration={"workerConfigurationArn": own, "revision": 1},
        serviceExecutionRoleArn="arn:aws:iam::123456789012:role/connect",
        logDelivery={"workerLogDelivery": {"cloudWatchLogs": delivery}},
        tags=dict(tags or {}),
    )
    return str(created["connectorArn"])


def await_state(session: SandboxSession, arn: str, wanted: str = "RUNNING", patience: float = 180) -> None:
    """Wait for a state of the service's API. Raises NotInState, at once when it is FAILED and nobody wants that."""
    deadline = time.monotonic() + patience
    client = session.client("kafkaconnect")
    while (told := client.describe_connector(connectorArn=arn))["connectorState"] != wanted:
        if told["connectorState"] == "FAILED" or time.monotonic() > deadline:
            reason = told.get("stateDescription", {}).get("message", "the service gives no reason")
            raise NotInState(f"{told['connectorName']} is {told['connectorState']}, not {wanted}: {reason}")
        time.sleep(0.3)


def _worker_configuration(client: Any, name: str, properties: Mapping[str, str]) -> str:
    text = "".join(f"{key}={value}\n" for key, value in properties.items())
    content = base64.b64encode(text.encode()).decode()
    made = client.create_worker_configuration(name=f"{name}-{time.time_ns()}", propertiesFileContent=content)
    return str(made["workerConfigurationArn"])
