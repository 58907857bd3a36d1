"""Where a notice points: the worker log around the incident, the runbook's section."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from connectops.model import Links, Notice

RUNBOOK = "docs/runbook.md"
"""Has a section for each failure class, named like it. Relative: whoever publishes the project can pass a URL."""

_AROUND = timedelta(minutes=1)
_CONSOLES = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


def find_links(notice: Notice, topic_arn: str, runbook: str = RUNBOOK) -> Links:
    """The links of a notice; the log group is taken to be in the partition and region of the topic."""
    partition, region = topic_arn.split(":")[1], topic_arn.split(":")[3]
    return Links(
        logs=_log_console(notice, partition, region) if notice.log_group else None,
        runbook=f"{runbook}#{quote(notice.failure_class.lower())}",
    )


def _log_console(notice: Notice, partition: str, region: str) -> str:
    """The search page over all streams of the group, from a minute before the incident to a minute after the notice."""
    console = _CONSOLES.get(partition, "console.aws.amazon.com")
    start, end = (int(at.timestamp() * 1000) for at in (notice.since - _AROUND, notice.at + _AROUND))
    return (
        f"https://{region}.{console}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/"
        f"{_fragment(notice.log_group or '')}/log-events$3Fstart$3D{start}$26end$3D{end}"
    )


def _fragment(text: str) -> str:
    # The console encodes parts of its fragment twice and writes "$" for "%".
    return quote(quote(text, safe=""), safe="").replace("%", "$")
