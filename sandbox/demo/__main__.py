"""`python -m sandbox.demo`: real connector failures, handled by the real Lambda artifacts on a local AWS.

Exit code 0 only if every connector went as the labels of its recording demand.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from connectops.model import Mode
from sandbox import deployment
from sandbox.demo import slack_messages, summary
from sandbox.demo.fleet import Member, UnknownMember, assemble
from sandbox.demo.screen import draw_picture
from sandbox.demo.show import Show
from sandbox.demo.stage import Stage

SAMPLES = Path(__file__).parents[2] / "tests" / "samples" / "recorded"
WIDTH_OF_LINES = 160
INTERRUPTED = 130
PATIENCE = 100.0
"""Twice what the slowest row takes."""


def main(arguments: list[str] | None = None) -> int:
    given = _parsed(arguments)
    console = Console(record=bool(given.record), width=None if sys.stdout.isatty() else WIDTH_OF_LINES)
    try:
        members = assemble(given.samples, given.only, given.flip)
    except (UnknownMember, OSError) as err:
        sys.exit(f"demo: {err}")
    try:
        with Stage() as stage:
            passed = _run(stage, members, given, console)
            if given.keep:
                _keep(stage, console)
    except deployment.DeploymentFailed as err:
        sys.exit(f"demo: {err}")
    except KeyboardInterrupt:
        return INTERRUPTED
    if given.record:
        given.record.write_text(console.export_text())
    return 0 if passed else 1


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--mode", choices=[str(mode) for mode in Mode], default=Mode.REPAIR.value, help="of the product"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="samples or connectors to play")
    parser.add_argument("--flip", nargs="+", default=[], metavar="NAME", help="falsify labels: the demo has to fail")
    parser.add_argument("--samples", type=Path, default=SAMPLES, metavar="DIR", help="where the recordings are")
    parser.add_argument("--keep", action="store_true", help="keep everything running until Ctrl-C")
    parser.add_argument("--patience", type=float, default=PATIENCE, metavar="SECONDS", help="give up then")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write a transcript")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the table as it is in the end (SVG)")
    parser.add_argument("--messages", type=Path, metavar="DIR", help="keep the Slack messages, one JSON file each")
    return parser.parse_args(arguments)


def _run(stage: Stage, members: list[Member], given: argparse.Namespace, console: Console) -> bool:
    with _step(console, "sam build") as told:
        deployment.build(told)
    with _step(console, "sam deploy") as told:
        stage.deploy(Mode(given.mode), told)
    console.print(f"{len(members)} connectors begin to play what was recorded, 20 times as fast (mode {given.mode})")
    show = Show.of(stage, given.patience)
    stage.begin(members)
    sights = show.watch(console)
    messages = show.slack_messages(sights)
    for message in messages:
        console.print(slack_messages.draw(message))
    results = show.results(sights, messages)
    console.print(summary.draw(results))
    if given.picture:
        draw_picture(given.picture, show.rows(sights))
    if given.messages:
        _keep_messages(given.messages, messages)
    return all(result.ok for result in results)


@contextmanager
def _step(console: Console, name: str) -> Iterator[deployment.Listener]:
    """Shows the last line that the SAM CLI said for as long as it works, and how long it took."""
    begun = time.monotonic()
    with console.status(name) as status:
        yield lambda line: status.update(f"{name}: {line.strip()[:100]}") if line.strip() else None
    console.print(f"{name}: {time.monotonic() - begun:.1f} s", highlight=False)


def _keep_messages(folder: Path, messages: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, message in enumerate(messages, start=1):
        (folder / f"{number:02d}.json").write_text(json.dumps(message, indent=2))


def _keep(stage: Stage, console: Console) -> None:
    console.print(
        f"everything keeps running at {stage.session.endpoint}; look around with\n"
        f"  export AWS_ENDPOINT_URL={stage.session.endpoint} AWS_DEFAULT_REGION={stage.session.region}"
        " AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo\n"
        f"  .venv/bin/connectops status\n"
        f"and end it with Ctrl-C",
        highlight=False,
    )
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main())
