"""`python -m sandbox.live up --stack a` runs a stack until Ctrl-C; `list` names them; `fetch` fills the cache."""

from __future__ import annotations

import argparse
import signal
import sys

from sandbox.live import knowledge, needs, parts
from sandbox.live.laboratory import NotReady
from sandbox.live.stacks import RECIPES, up


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.live", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="say which stacks there are")
    commands.add_parser("lock", help="fetch all parts anew and write down their checksums")
    commands.add_parser("knowledge", help="write cli/knowledge/ anew from the real connectors")
    fetching = commands.add_parser("fetch", help="fetch the parts of stacks, so that a later start is quick")
    fetching.add_argument("--stack", choices=RECIPES, action="append", help="all without it")
    starting = commands.add_parser("up", help="run a stack until Ctrl-C")
    starting.add_argument("--stack", choices=RECIPES, required=True)
    chosen = parser.parse_args(arguments)
    try:
        return _run(chosen)
    except (needs.NotInstalled, parts.PartMissing, NotReady) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def _run(chosen: argparse.Namespace) -> int:
    match chosen.command:
        case "list":
            sys.stdout.writelines(f"{letter}  {recipe.title}\n" for letter, recipe in RECIPES.items())
        case "lock":
            needs.check(("mysql",))
            parts.lock()
        case "knowledge":
            knowledge.write()
        case "fetch":
            _fetch(chosen.stack or list(RECIPES))
        case "up":
            _up(chosen.stack)
    return 0


def _fetch(letters: list[str]) -> None:
    needs.check(tuple(RECIPES[letter].database.name for letter in letters))
    parts.fetch(parts.BROKER)
    parts.fetch(parts.JMX_AGENT)
    for recipe in (RECIPES[letter] for letter in letters):
        parts.fetch(parts.CONNECT[recipe.connect])
        parts.unpacked(parts.DEBEZIUM[recipe.connector, recipe.debezium])
        if recipe.database.name == "mysql":
            parts.unpacked(parts.MYSQL)


def _up(letter: str) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with up(letter) as stack:
            sys.stdout.write(
                f"{stack.recipe.title}\n"
                f"broker    {stack.broker.address}\n"
                f"database  127.0.0.1:{stack.database.port}\n"
                f"worker    {stack.worker.url}\n"
                f"logs      {stack.laboratory.folder}\n"
                "Ctrl-C ends it.\n"
            )
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        sys.stdout.write("ended\n")


if __name__ == "__main__":
    sys.exit(main())
