"""How long a function takes to be ready, beside a bare boto3 handler that builds the same clients.

Each figure is the median of fresh processes, in seconds of the processor, which a busy machine does not stretch; they
are started in turn, so that a drift of its clock hits both alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.template.stack import FUNCTIONS, defaults, environment

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

_TIMED = "import time; begun = time.process_time(); {body}; print(time.process_time() - begun)"
_BARE = "import boto3, json, logging; session = boto3.Session(); [session.client(name) for name in {clients!r}]"
_OURS = "from functions.{function} import handler; handler._composition()"


def main() -> None:
    """Print one row a function, and whether the goal is met."""
    print(f"Ready to take an event: import and clients, median of {RUNS} fresh processes, ms of the processor")
    print(f"{'function':22}{'bare boto3':>12}{'ours':>8}{'ratio':>8}")
    missed = False
    for function, clients in CLIENTS.items():
        bare, ours = _medians(_BARE.format(clients=clients), _OURS.format(function=function))
        missed |= ours / bare > GOAL
        print(f"{function:22}{bare * 1000:12.0f}{ours * 1000:8.0f}{ours / bare:8.2f}")
    print(f"goal: ratio <= {GOAL}: {'missed' if missed else 'met'}")


def own_starts(*functions: str) -> list[float]:
    """Seconds of the processor that each function takes to be ready, medians."""
    timed = "import time; {body}; print(time.process_time())"
    bodies = [timed.format(body=_OURS.format(function=function)) for function in functions]
    return [statistics.median(float(printed_by("-c", body)) for _ in range(RUNS)) for body in bodies]


def printed_by(*arguments: str) -> str:
    """The last word that a fresh process of Python prints, in the environment of a function."""
    environment = {**os.environ, **_settings(), "PYTHONPATH": f"{ROOT / 'layers/connectops'}{os.pathsep}{ROOT}"}
    command = [sys.executable, *arguments]
    answer = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout.split()[-1]


def _medians(*bodies: str) -> list[float]:
    runs = [[_run(body) for body in bodies] for _ in range(RUNS + 1)][1:]  # the first warms the disk cache
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def _run(body: str) -> float:
    return float(printed_by("-c", _TIMED.format(body=body)))


def _settings() -> dict[str, str]:
    """The environment that the template gives, with the names of resources for what they would be called."""
    parameters = defaults() | {"SlackWebhookSecret": "connectops/slack"}
    together = {name: value for function in FUNCTIONS for name, value in environment(function, parameters).items()}
    return {"AWS_DEFAULT_REGION": "us-east-1"} | together


if __name__ == "__main__":
    main()
