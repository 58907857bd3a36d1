"""How long a function takes to be ready, beside a bare boto3 handler that builds the same clients.

Each figure is the median of fresh processes, started in turn so that a drift of the machine hits both alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 7
GOAL = 1.2
CLIENTS = {
    "poll_connectors": ("kafkaconnect", "cloudwatch", "dynamodb", "sqs"),
    "read_worker_logs": ("dynamodb", "sqs"),
    "respond_to_findings": ("dynamodb", "kafkaconnect", "sns", "sqs"),
    "notify_slack": ("secretsmanager", "sqs"),
}
"""The AWS clients that each function builds before its first event."""

_TIMED = "import time; begun = time.perf_counter(); {body}; print(time.perf_counter() - begun)"
_BARE = "import boto3, json, logging; session = boto3.Session(); [session.client(name) for name in {clients!r}]"
_OURS = "from functions.{function} import handler; handler._composition()"


def main() -> None:
    """Print one row a function, and whether the goal is met."""
    print(f"Ready to take an event: import and clients, median of {RUNS} fresh processes, ms")
    print(f"{'function':22}{'bare boto3':>12}{'ours':>8}{'ratio':>8}")
    missed = False
    for function, clients in CLIENTS.items():
        bare, ours = _medians(_BARE.format(clients=clients), _OURS.format(function=function))
        missed |= ours / bare > GOAL
        print(f"{function:22}{bare * 1000:12.0f}{ours * 1000:8.0f}{ours / bare:8.2f}")
    print(f"goal: ratio <= {GOAL}: {'missed' if missed else 'met'}")


def _medians(*bodies: str) -> list[float]:
    runs = [[_run(body) for body in bodies] for _ in range(RUNS + 1)][1:]  # the first warms the disk cache
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def _run(body: str) -> float:
    environment = {**os.environ, **_settings(), "PYTHONPATH": f"{ROOT / 'layers/connectops'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", _TIMED.format(body=body)]
    answer = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(answer.stdout.split()[-1])


def _settings() -> dict[str, str]:
    """The environment that the template gives, with values that name nothing real."""
    seconds = [
        "METRIC_PERIOD",
        "METRIC_WINDOW",
        "QUIET_METRICS",
        "FIRST_BACKOFF",
        "BACKOFF_UNIT",
        "BACKOFF_MAX",
        "DAY",
        "FLEET_WINDOW",
        "SHARED_FAILURE",
        "PROOF_WINDOW",
        "FORGET_AFTER",
        "SILENT_STOP",
        "INTERNAL_RETRY",
        "EMPTY_ASSIGNMENT",
        "STUCK",
        "PAGE_BLIND",
        "PAGE_STALLED",
        "REPEAT_NOTICE",
        "SLACK_TIMEOUT",
    ]
    counts = [
        "LOOKS_NEEDED",
        *("RESTARTS_PER_INCIDENT", "RESTARTS_PER_DAY", "IDLE_PROOF_LOOKS"),
        *("FLEET_RESTARTS", "FLEET_PERCENT", "SHARED_FAILURES"),
    ]
    urls = ("FINDINGS_QUEUE_URL", "LOG_DEAD_LETTER_QUEUE_URL", "FINDINGS_DLQ_URL", "SLACK_DLQ_URL", "SLACK_QUEUE_URL")
    plain = {"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "connectops"}
    ours = (
        {f"{name}_SECONDS": "60" for name in seconds}
        | dict.fromkeys(counts, "2")
        | dict.fromkeys(urls, "https://queue.example/one")
        | {"TABLE_NAME": "ledger", "ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:alerts", "MODE": "repair"}
        | {"KAFKA_CONNECT_CLUSTERS": "[]", "LOG_GROUP_CONNECTORS": "{}", "WATCH_MSK_CONNECT": "true"}
        | {"WORKER_LOG_GROUPS": ""}
        | {"SLACK_WEBHOOK_SECRET": "connectops/slack"}
    )
    return plain | {f"CONNECTOPS_{name}": value for name, value in ours.items()}


if __name__ == "__main__":
    main()
