"""One frozen settings class per function: the only reader of the environment.

Each `from_env` reports every problem at once, naming the variable and what was expected. Secrets are never here:
only the names of their Secrets Manager entries are.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit

from connectops.errors import SettingsError
from connectops.model import MSK_CLUSTER, KafkaConnectCluster, Mode, RepairPolicy

PREFIX = "CONNECTOPS_"
_SSM_PARAMETER = re.compile(r"arn:[\w-]+:ssm:[\w-]+:\d{12}:parameter/.+")
_POLICY_FILE = re.compile(r"arn:[\w-]+:(ssm:[\w-]+:\d{12}:parameter/.+|s3:::[^/]+/.+)")


class _Environment:
    """Reads typed values and collects what is wrong with them, so that all problems are told at once."""

    def __init__(self, environ: Mapping[str, str] | None) -> None:
        self._environ = os.environ if environ is None else environ
        self._problems: list[str] = []

    def problem(self, name: str, expected: str) -> None:
        value = self._environ.get(PREFIX + name)
        state = "is missing" if value is None else f"is {value[:80]!r}"
        self._problems.append(f"{PREFIX}{name} {state}, expected {expected}")

    def malformed(self, name: str, expected: str) -> None:
        """Like `problem`, for a value that may hold what must not be repeated."""
        self._problems.append(f"{PREFIX}{name} is missing or not what it must be: {expected}")

    def text(self, name: str, expected: str) -> str:
        value = self._environ.get(PREFIX + name, "").strip()
        if not value:
            self.problem(name, expected)
        return value

    def optional(self, name: str) -> str:
        """A text that may be empty."""
        value = self._environ.get(PREFIX + name)
        if value is None:
            self.problem(name, "a text, or nothing")
        return (value or "").strip()

    def text_instead_of(self, other: str, name: str, expected: str) -> str:
        """A text where `other` is empty, and none where it says the same."""
        value = self._environ.get(PREFIX + name, "").strip()
        if bool(value) is bool(other):
            self.problem(name, expected)
        return value

    def seconds(self, name: str) -> timedelta:
        """A duration in seconds, fractions allowed: each duration is a setting of its own."""
        try:
            seconds = float(self._environ.get(PREFIX + name, ""))
        except ValueError:
            seconds = -1
        if not 0 < seconds < 10**9:
            self.problem(name, "a number of seconds above 0")
            return timedelta(0)
        return timedelta(seconds=seconds)

    def count(self, name: str) -> int:
        value = self._environ.get(PREFIX + name, "")
        if not value.isdecimal():
            self.problem(name, "a whole number, 0 or more")
            return 0
        return int(value)

    def flag(self, name: str) -> bool:
        value = self._environ.get(PREFIX + name, "")
        if value not in ("true", "false"):
            self.problem(name, "'true' or 'false'")
        return value == "true"

    def mode(self, name: str) -> Mode:
        value = self._environ.get(PREFIX + name, "")
        if value not in list(Mode):
            self.problem(name, " or ".join(repr(str(mode)) for mode in Mode))
            return Mode.OFF
        return Mode(value)

    def policy_file(self, name: str) -> str:
        """The ARN of an SSM parameter or S3 object; empty for none."""
        return self._arn(name, _POLICY_FILE, "the ARN of an SSM parameter or of an S3 object (bucket/key)")

    def ssm_parameter(self, name: str) -> str:
        """The ARN of an SSM parameter; empty for none."""
        return self._arn(name, _SSM_PARAMETER, "the ARN of an SSM parameter")

    def _arn(self, name: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self._environ.get(PREFIX + name, "").strip()
        if value and not pattern.fullmatch(value):
            self.problem(name, expected)
        return value

    def clusters(self, name: str) -> tuple[KafkaConnectCluster, ...]:
        """A JSON list of objects; each bad entry is named by its index."""
        try:
            entries = json.loads(self._environ.get(PREFIX + name, ""))
        except ValueError:
            entries = None
        if not isinstance(entries, list):
            self.malformed(name, 'a JSON list such as [{"name": "onprem", "url": "https://connect:8083"}]')
            return ()
        found = tuple(
            cluster for index, entry in enumerate(entries) if (cluster := self._cluster(f"{name}[{index}]", entry))
        )
        for twice in sorted({c.name for c in found if sum(c.name == other.name for other in found) > 1}):
            self._problems.append(f"{PREFIX}{name} names cluster {twice!r} twice, expected distinct names")
        return found

    def _cluster(self, where: str, entry: object) -> KafkaConnectCluster | None:
        known = {"name", "url", "secret", "log_group", "timeout_seconds"}
        if not isinstance(entry, dict) or not {"name", "url"} <= entry.keys() <= known:
            self._problems.append(
                f"{PREFIX}{where} must be an object with name, url and optionally secret, log_group, timeout_seconds"
            )
            return None
        name, url, timeout = entry["name"], entry["url"], entry.get("timeout_seconds", 5)
        if not isinstance(name, str) or not name or set(name) & set("/#") or name == MSK_CLUSTER:
            self._problems.append(
                f"{PREFIX}{where}.name is {name!r}, expected a name without '/' and '#' that is not 'msk'"
            )
        elif "@" in str(url):
            self._problems.append(f"{PREFIX}{where}.url carries credentials, expected them in the secret")
        elif not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            self._problems.append(f"{PREFIX}{where}.url is {url!r}, expected http(s)://host[:port]")
        elif not isinstance(timeout, int | float) or not 0 < timeout <= 60:
            self._problems.append(f"{PREFIX}{where}.timeout_seconds is {timeout!r}, expected 0 < seconds <= 60")
        else:
            return KafkaConnectCluster(
                name, url.rstrip("/"), entry.get("secret"), entry.get("log_group"), timedelta(seconds=timeout)
            )
        return None

    def log_groups(self, name: str) -> tuple[tuple[str, str], ...]:
        """A JSON object from log group to connector name, for groups whose lines do not say whose they are."""
        try:
            entries = json.loads(self._environ.get(PREFIX + name, ""))
        except ValueError:
            entries = None
        if not isinstance(entries, dict) or not all(isinstance(value, str) for value in entries.values()):
            self.malformed(name, 'a JSON object such as {"/msk/connect/orders": "orders"}')
            return ()
        return tuple(entries.items())

    def names(self, name: str) -> frozenset[str]:
        """A list with commas, which may be empty."""
        value = self._environ.get(PREFIX + name)
        if value is None:
            self.problem(name, "names with commas between them, or nothing")
        return frozenset(part.strip() for part in (value or "").split(",") if part.strip())

    def finish(self) -> None:
        if self._problems:
            raise SettingsError(tuple(self._problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSettings:
    """Settings of poll_connectors."""

    table_name: str
    findings_queue_url: str
    clusters: tuple[KafkaConnectCluster, ...]
    watch_msk_connect: bool
    metric_period: timedelta
    metric_window: timedelta
    policy_file: str
    quiet_metrics: timedelta
    worker_log_groups: frozenset[str]
    """Log groups whose lines reach read_worker_logs."""
    health_series: bool

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        env = _Environment(environ)
        settings = cls(
            table_name=env.text("TABLE_NAME", "the name of the ledger table"),
            findings_queue_url=env.text("FINDINGS_QUEUE_URL", "the URL of the findings queue"),
            clusters=env.clusters("KAFKA_CONNECT_CLUSTERS"),
            watch_msk_connect=env.flag("WATCH_MSK_CONNECT"),
            metric_period=env.seconds("METRIC_PERIOD_SECONDS"),
            metric_window=env.seconds("METRIC_WINDOW_SECONDS"),
            policy_file=env.policy_file("POLICY_FILE"),
            quiet_metrics=env.seconds("QUIET_METRICS_SECONDS"),
            worker_log_groups=env.names("WORKER_LOG_GROUPS"),
            health_series=env.flag("HEALTH_SERIES"),
        )
        env.finish()
        return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSettings:
    """Settings of read_worker_logs."""

    table_name: str
    findings_queue_url: str
    dead_letter_queue_url: str
    clusters: tuple[KafkaConnectCluster, ...]
    log_group_connectors: tuple[tuple[str, str], ...]
    complete_traces: bool
    trace_wait: timedelta

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        env = _Environment(environ)
        settings = cls(
            table_name=env.text("TABLE_NAME", "the name of the ledger table"),
            findings_queue_url=env.text("FINDINGS_QUEUE_URL", "the URL of the findings queue"),
            dead_letter_queue_url=env.text("LOG_DEAD_LETTER_QUEUE_URL", "the URL of the queue for unreadable batches"),
            clusters=env.clusters("KAFKA_CONNECT_CLUSTERS"),
            log_group_connectors=env.log_groups("LOG_GROUP_CONNECTORS"),
            complete_traces=env.flag("COMPLETE_TRACES"),
            trace_wait=env.seconds("TRACE_WAIT_SECONDS"),
        )
        env.finish()
        return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondSettings:
    """Settings of respond_to_findings."""

    table_name: str
    alerts_topic_arn: str
    findings_dead_letter_queue_url: str
    clusters: tuple[KafkaConnectCluster, ...]
    policy: RepairPolicy
    policy_file: str
    reach_function: str
    """The function that tries to reach databases; empty where there is none."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        env = _Environment(environ)
        policy = RepairPolicy(
            mode=env.mode("MODE"),
            looks_needed=env.count("LOOKS_NEEDED"),
            first_backoff=env.seconds("FIRST_BACKOFF_SECONDS"),
            backoff_unit=env.seconds("BACKOFF_UNIT_SECONDS"),
            backoff_max=env.seconds("BACKOFF_MAX_SECONDS"),
            restarts_per_incident=env.count("RESTARTS_PER_INCIDENT"),
            restarts_per_day=env.count("RESTARTS_PER_DAY"),
            day=env.seconds("DAY_SECONDS"),
            fleet_restarts=env.count("FLEET_RESTARTS"),
            fleet_percent=env.count("FLEET_PERCENT"),
            budget_window=env.seconds("FLEET_WINDOW_SECONDS"),
            shared_failures=env.count("SHARED_FAILURES"),
            shared_window=env.seconds("SHARED_FAILURE_SECONDS"),
            proof_window=env.seconds("PROOF_WINDOW_SECONDS"),
            idle_proof_looks=env.count("IDLE_PROOF_LOOKS"),
            forget_after=env.seconds("FORGET_AFTER_SECONDS"),
            silent_stop_after=env.seconds("SILENT_STOP_SECONDS"),
            internal_retry_after=env.seconds("INTERNAL_RETRY_SECONDS"),
            empty_assignment_after=env.seconds("EMPTY_ASSIGNMENT_SECONDS"),
            stuck_after=env.seconds("STUCK_SECONDS"),
            creating_stuck_after=env.seconds("CREATING_STUCK_SECONDS"),
            updating_stuck_after=env.seconds("UPDATING_STUCK_SECONDS"),
            page_blind_after=env.seconds("PAGE_BLIND_SECONDS"),
            page_stalled_after=env.seconds("PAGE_STALLED_SECONDS"),
            repeat_notice_after=env.seconds("REPEAT_NOTICE_SECONDS"),
        )
        settings = cls(
            table_name=env.text("TABLE_NAME", "the name of the ledger table"),
            alerts_topic_arn=env.text("ALERTS_TOPIC_ARN", "the ARN of the alerts topic"),
            findings_dead_letter_queue_url=env.text("FINDINGS_DLQ_URL", "the URL of the findings dead-letter queue"),
            clusters=env.clusters("KAFKA_CONNECT_CLUSTERS"),
            policy=policy,
            policy_file=env.policy_file("POLICY_FILE"),
            reach_function=env.optional("REACH_FUNCTION"),
        )
        env.finish()
        return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadApiCallsSettings:
    """Settings of read_api_calls."""

    findings_queue_url: str
    own_role: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        env = _Environment(environ)
        settings = cls(
            findings_queue_url=env.text("FINDINGS_QUEUE_URL", "the URL of the findings queue"),
            own_role=env.text("OWN_ROLE", "the name of the role that restarts connectors"),
        )
        env.finish()
        return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """Settings of notify_slack."""

    webhook_parameter: str
    """The ARN of an SSM parameter; empty where the URL is in `webhook_secret`."""
    webhook_secret: str
    dead_letter_queue_url: str
    queue_url: str
    webhook_timeout: timedelta

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        env = _Environment(environ)
        settings = cls(
            webhook_parameter=(parameter := env.ssm_parameter("SLACK_WEBHOOK_PARAMETER")),
            webhook_secret=env.text_instead_of(
                parameter,
                "SLACK_WEBHOOK_SECRET",
                "the name of the secret that holds the webhook URL, or SLACK_WEBHOOK_PARAMETER: one of them",
            ),
            dead_letter_queue_url=env.text("SLACK_DLQ_URL", "the URL of the dead-letter queue for Slack messages"),
            queue_url=env.text("SLACK_QUEUE_URL", "the URL of the queue of notices for Slack"),
            webhook_timeout=env.seconds("SLACK_TIMEOUT_SECONDS"),
        )
        env.finish()
        return settings
