"""`python -m sandbox.live.walkthrough`: the set-up that ConnectOps grew from, from an archive to rows in Kafka.

Kafka, Kafka Connect, Debezium, the database, the SAM CLI and ConnectOps' artifacts are real, the AWS is the sandbox.
Writes docs/walkthrough.md; exit code 1 if a step does not show what it must.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from sandbox import deployment
from sandbox.live import msk_connect, needs, parts, stacks
from sandbox.live.laboratory import NotReady
from sandbox.live.walkthrough.steps import STEPS, Walk
from sandbox.live.walkthrough.transcript import NotSeen, Transcript
from sandbox.server import LIVE_FACTOR
from sandbox.session import start_sandbox
from sandbox.slack import SlackWebhook

DOCUMENT = deployment.ROOT / "docs" / "walkthrough.md"
INTRODUCTION = f"""\
The set-up that ConnectOps grew from (MySQL, Debezium 1.6.1 on MSK Connect, Kafka), from an archive to rows in Kafka, on
one machine. Real are Kafka, Kafka Connect 2.7.1, Debezium, the SAM CLI and the built functions of ConnectOps; MariaDB
stands for Aurora, and the [sandbox](../sandbox/live/README.md) for AWS, {LIVE_FACTOR:g} times as fast.
`make live-walkthrough` writes this page.
"""
STOPPED = (
    NotSeen,
    NotReady,
    TimeoutError,
    needs.NotInstalled,
    parts.PartMissing,
    deployment.DeploymentFailed,
    msk_connect.NotInState,
)
INTERRUPTED = 130
WIDTH_OF_LINES = 160


def main(arguments: list[str] | None = None) -> int:
    description = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m sandbox.live.walkthrough", description=description)
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="where the transcript goes")
    given = parser.parse_args(arguments)
    told = Transcript(Console(width=None if sys.stdout.isatty() else WIDTH_OF_LINES))
    try:
        _walk(told)
    except STOPPED as problem:
        sys.stderr.write(f"{type(problem).__name__}: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    given.document.write_text(told.document(INTRODUCTION))
    return 0


def _walk(told: Transcript) -> None:
    with ExitStack() as opened:
        with told.step("Start Kafka, MariaDB and the local AWS"):
            site = opened.enter_context(stacks.site("a"))
            slack = opened.enter_context(SlackWebhook())
            aws = opened.enter_context(start_sandbox(live=True))
        walk = Walk(aws, site, slack, told)
        for title, step in STEPS:
            with told.step(title):
                step(walk)


if __name__ == "__main__":
    sys.exit(main())
