"""A worker's JMX figures, through an agent in its virtual machine that shows them over HTTP.

Kafka's own rates are means over the last 30 to 60 seconds; the totals say exactly what moved between two looks.
Source: `ConnectMetricsRegistry` of Kafka Connect, whose totals the agent shows without their ending `-total`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import requests

from sandbox.live import parts

PATIENCE = 3.0
"""Seconds in which a healthy worker answers."""

_SHOWN = """lowercaseOutputName: true
includeObjectNames:
  - kafka.connect:type=source-task-metrics,*
  - kafka.connect:type=sink-task-metrics,*
  - kafka.connect:type=connect-worker-metrics
  - kafka.connect:type=connect-worker-rebalance-metrics
"""
_SAMPLE = re.compile(r"^kafka_connect_(\w+?)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)
_TASK = re.compile(r'task="(\d+)"')

type Figures = Mapping[tuple[str, int | None], float]
"""Values by the name of the figure and the number of the task; None is the worker itself."""


def option(folder: Path, port: int) -> str:
    """The option of the virtual machine that makes it serve its figures on a port of 127.0.0.1."""
    (jar,) = parts.fetch(parts.JMX_AGENT).iterdir()
    shown = folder / "jmx.yaml"
    if not shown.exists():
        shown.write_text(_SHOWN)
    return f"-javaagent:{jar}=127.0.0.1:{port}:{shown}"


def ask(port: int) -> Figures:
    """Raises requests.RequestException."""
    answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE)
    answer.raise_for_status()
    return read(answer.text)


def read(text: str) -> Figures:
    """Figures without a value (NaN, such as a mean of nothing) are left out."""
    found = {}
    for name, labels, value in _SAMPLE.findall(text):
        task = _TASK.search(labels)
        if not math.isnan(number := float(value)):
            found[name, int(task[1]) if task else None] = number
    return found
