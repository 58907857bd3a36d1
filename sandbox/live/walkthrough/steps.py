"""What the walk-through does, step by step, and what each step must show."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectops.model import Health
from connectops.observe.task_metrics import TaskMetrics
from sandbox import deployment
from sandbox.live import msk_connect, parts, topics
from sandbox.live.databases import PASSWORD, USER
from sandbox.live.stacks import Site
from sandbox.live.trials.deployed import durations
from sandbox.live.walkthrough.transcript import NotSeen, Transcript
from sandbox.server import LIVE_FACTOR
from sandbox.session import SandboxSession
from sandbox.slack import SlackWebhook

PIPELINE = deployment.ROOT / "pipeline" / "template.yaml"
COMMAND = deployment.ROOT / ".venv" / "bin" / "connectops"
STACK, NAME, BUCKET = "ecommerce-pipeline", "ecommerce", "our-connect-plugins"
DEBEZIUM = parts.DEBEZIUM["mysql", "1.6.1.Final"]
ROWS = ("ada", "grace", "barbara")
INSERTS = [f"INSERT INTO orders (customer, amount) VALUES ('{customer}', 1990)" for customer in ROWS]  # noqa: S608
METRIC_PERIOD, METRIC_WINDOW = timedelta(seconds=60 / LIVE_FACTOR), timedelta(seconds=600 / LIVE_FACTOR)
PATIENCE = 240.0

CONVERTERS = """key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
value.converter.schemas.enable=false
config.providers=secretsmanager
config.providers.secretsmanager.class=org.apache.kafka.common.config.provider.FileConfigProvider
"""
"""AWS publishes its provider for Secrets Manager in no package registry: Kafka's own takes its place and name."""


class Walk:
    """The steps in their order; each says what it shows, or raises NotSeen."""

    def __init__(self, aws: SandboxSession, site: Site, slack: SlackWebhook, told: Transcript) -> None:
        self._aws, self._site, self._slack, self._told = aws, site, slack, told
        self._plugin = self._connector = ""
        self._inserted_at = datetime.now(UTC)

    def pack(self) -> None:
        self._aws.client("s3").create_bucket(Bucket=BUCKET)
        archive = parts.archive(DEBEZIUM)
        command = ["plugin", "pack", archive.name, "--bucket", BUCKET, "--register", "--json"]
        self._plugin = str(json.loads(self._connectops(command, cwd=archive.parent))["customPluginArn"])

    def deploy_pipeline(self) -> None:
        secret = {"username": USER, "password": PASSWORD}
        stored = self._aws.client("secretsmanager").create_secret(Name="ecommerce/db", SecretString=json.dumps(secret))
        file = self._site.laboratory.folder / "database.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in secret.items()))
        parameters = {
            "ConnectorName": NAME,
            "TopicPrefix": NAME,
            "PluginArn": self._plugin,
            "WorkerProperties": base64.b64encode(CONVERTERS.encode()).decode(),
            "DatabaseHost": "127.0.0.1",
            "DatabasePort": str(self._site.database.port),
            "DatabaseSecretArn": stored["ARN"],
            "DatabaseSecretName": str(file),
            "BootstrapServers": self._site.broker.address,
            "Authentication": "NONE",
            "ClusterArn": "arn:aws:kafka:us-east-1:123456789012:cluster/local/00000000-0000-0000-0000-000000000000-1",
            "SubnetIds": "subnet-0000000000000000a,subnet-0000000000000000b",
            "SecurityGroupIds": "sg-0000000000000000a",
        }
        self._told.shell("sam deploy --template-file pipeline/template.yaml --stack-name ecommerce-pipeline …")
        outputs = deployment.deploy_template(self._aws, PIPELINE, STACK, parameters, self._told.progress)
        self._connector = outputs["ConnectorArn"]
        self._told.say(json.dumps(outputs, indent=2))

    def deploy_connectops(self) -> None:
        self._aws.client("secretsmanager").create_secret(Name="connectops/slack", SecretString=self._slack.webhook)
        groups = {"WorkerLogGroup1": f"/msk-connect/{NAME}", "WorkerLogGroup2": "", "KafkaConnectClusters": "[]"}
        self._told.shell("sam build && sam deploy")
        deployment.build(self._told.progress)
        deployment.deploy(self._aws, {**durations(), **groups}, self._told.progress)

    def runs(self) -> None:
        msk_connect.await_state(self._aws, self._connector, patience=PATIENCE)
        told = self._aws.client("kafkaconnect").describe_connector(connectorArn=self._connector)
        (worker,) = self._aws.workers(NAME)
        self._told.say(
            f"{told['connectorName']}: {told['connectorState']}, Kafka Connect {told['kafkaConnectVersion']}"
        )
        self._told.say(f"behind it: a worker called {worker.worker_id}, its log in stream {worker.log_stream}")

    def write_rows(self) -> None:
        table = "id INT AUTO_INCREMENT PRIMARY KEY, customer VARCHAR(64), amount INT"
        self._sql("CREATE DATABASE ecommerce")
        self._sql(f"CREATE TABLE orders ({table})", NAME)
        self._inserted_at = datetime.now(UTC)
        for insert in INSERTS:
            self._sql(insert, NAME)

    def consume(self) -> None:
        broker = self._site.broker.address
        change = json.loads(topics.await_value(broker, NAME, "CREATE TABLE", PATIENCE))
        self._told.say(f"topic {NAME}: {change['ddl']}")
        for customer in ROWS:
            topics.await_value(broker, f"{NAME}.{NAME}.orders", customer, PATIENCE)
        events = [json.loads(value) for value in topics.values(broker, f"{NAME}.{NAME}.orders") if value]
        for event in events:
            self._told.say(f"topic {NAME}.{NAME}.orders: {json.dumps({key: event[key] for key in ('op', 'after')})}")
        if [(event["op"], event["after"]["customer"]) for event in events] != [("c", customer) for customer in ROWS]:
            raise NotSeen(f"three inserts in their order were expected, there are {len(events)} events")

    def is_healthy(self) -> None:
        self._told.say("a poll of ConnectOps: " + json.dumps(self._await("a healthy poll", self._poll_that_saw_it)))
        moved = self._await("records in what ConnectOps measures", self._records_seen)
        count = self._await("as many records as rows", lambda: self._records_since(moved))
        self._told.say(
            f"first insert at {self._inserted_at:%H:%M:%S}; by the metrics that ConnectOps reads, records moved"
        )
        self._told.say(f"in the {METRIC_PERIOD.seconds} s that began at {moved:%H:%M:%S}; {count} since then")
        options = [
            f"--metric-period={METRIC_PERIOD.total_seconds():g}",
            f"--metric-window={METRIC_WINDOW.total_seconds():g}",
        ]
        if Health.HEALTHY not in self._connectops(["status", *options]):
            raise NotSeen("connectops status does not say HEALTHY")
        self._told.say(f"Slack was sent {len(self._slack.messages)} messages")
        if self._slack.messages:
            raise NotSeen("a healthy connector was told of")

    def _poll_that_saw_it(self) -> dict[str, float] | None:
        """What the last polls counted; nothing while they count no healthy connector, or another."""
        since, counted = datetime.now(UTC) - 2 * METRIC_PERIOD, {}
        for name in ("PollCompleted", "ConnectorsHealthy", "ConnectorsUnhealthy"):
            points = self._measured("ConnectOps", name, ("service", deployment.STACK), since)
            counted[name] = points[max(points)] if points else 0.0
        wanted = {"PollCompleted": 1, "ConnectorsHealthy": 1, "ConnectorsUnhealthy": 0}
        return counted if counted == wanted else None

    def _records_seen(self) -> datetime | None:
        """The period in which the product's own eyes see records move, if it is not over before the first insert."""
        metrics = TaskMetrics(self._aws.client("cloudwatch"), METRIC_PERIOD, METRIC_WINDOW)
        flow = metrics.measure([NAME], [NAME], datetime.now(UTC))[NAME].flow
        moved = flow.records_at if flow else None
        return moved if moved and moved + METRIC_PERIOD >= self._inserted_at else None

    def _records_since(self, begin: datetime) -> int | None:
        """Of the period that begins then and all later ones; nothing while they are fewer than the rows."""
        rates = self._measured("AWS/KafkaConnect", "SourceRecordWriteRate", ("ConnectorName", NAME), begin)
        count = round(sum(rates.values()) * METRIC_PERIOD.total_seconds())
        return count if count >= len(ROWS) else None

    def _measured(
        self, namespace: str, name: str, dimension: tuple[str, str], begin: datetime
    ) -> dict[datetime, float]:
        """Datapoints by the begin of their period."""
        told = self._aws.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": dimension[0], "Value": dimension[1]}],
            StartTime=begin,
            EndTime=datetime.now(UTC),
            Period=int(METRIC_PERIOD.total_seconds()),
            Statistics=["Maximum"],
        )
        return {point["Timestamp"]: point["Maximum"] for point in told["Datapoints"]}

    def _await[T](self, what: str, look: Callable[[], T | None]) -> T:
        deadline = time.monotonic() + PATIENCE
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise NotSeen(f"{what}: not seen within {PATIENCE:.0f} s")
            time.sleep(1)
        return found

    def _sql(self, statement: str, database: str = "") -> None:
        self._told.say(f"{database or 'mysql'}> {statement};")
        self._site.database.sql(statement, database)

    def _connectops(self, arguments: list[str], cwd: Path | None = None) -> str:
        self._told.shell(f"connectops {' '.join(arguments)}")
        environment = {**self._aws.environment(), "COLUMNS": "110"}
        done = subprocess.run(
            [COMMAND, *arguments], env=environment, cwd=cwd, capture_output=True, text=True, check=False
        )
        self._told.say((done.stdout + done.stderr).rstrip())
        if done.returncode:
            raise NotSeen(f"connectops {arguments[0]} ended with {done.returncode}")
        return done.stdout


STEPS: tuple[tuple[str, Callable[[Walk], None]], ...] = (
    ("Pack Debezium's archive and register it as a custom plugin", Walk.pack),
    ("Deploy the pipeline", Walk.deploy_pipeline),
    ("The connector runs", Walk.runs),
    ("Deploy ConnectOps", Walk.deploy_connectops),
    ("Make a table and insert three rows", Walk.write_rows),
    ("A consumer sees them", Walk.consume),
    ("ConnectOps says HEALTHY", Walk.is_healthy),
)
