"""The sandbox's server: `python -m sandbox.server --port 0 --state-dir DIR --time-factor 20`.

Prints its URL as the first line of its output once it answers.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from sandbox.reaper import Reaper
from sandbox.runtime import runtime_python

if TYPE_CHECKING:
    from sandbox.aws.world import World
    from sandbox.live.door.door import Door

DEFAULT_FACTOR = 20.0
LIVE_FACTOR = 5.0
"""With real workers, which take their own time: a minute of AWS is twelve seconds."""


def main(arguments: list[str] | None = None) -> None:
    given = _parsed(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    if given.state_dir is not None:
        given.state_dir.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="sandbox-", dir=given.state_dir))
    _serve(given, scratch, Reaper([scratch]))


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.server", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state-dir", type=Path, help="where unpacked artifacts go while it runs (default: temporary)")
    parser.add_argument("--time-factor", type=float, help="how much faster than AWS time goes (20; live: 5)")
    parser.add_argument("--live", action="store_true", help="MSK Connect runs connectors on real workers")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when the standard input does")
    given = parser.parse_args(arguments)
    if given.time_factor is None:
        given.time_factor = LIVE_FACTOR if given.live else DEFAULT_FACTOR
    if given.time_factor <= 0:
        parser.error("--time-factor must be above 0")
    return given


def _serve(given: argparse.Namespace, scratch: Path, reaper: Reaper) -> None:
    # moto is imported late: it takes a second, and reads its settings when it is imported
    os.environ["MOTO_PORT"] = str(given.port)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"  # it talks to itself only
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from sandbox.aws import installation
    from sandbox.aws.admin_api import AdminApi
    from sandbox.aws.clock import Clock
    from sandbox.aws.lambdas.pool import Pool
    from sandbox.aws.world import World

    class QuietHandler(MotoRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """One line a request would hide what matters."""

        def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
            """Werkzeug would wait for the next request; an ordered `AnswerLost` means that nobody answers any more."""
            self.close_connection = True

    aws = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", given.port, aws, threaded=True, request_handler=QuietHandler)
    world = World(f"http://127.0.0.1:{server.server_port}", Clock(given.time_factor), scratch)
    (scratch / "artifacts").mkdir()
    world.pool = Pool(runtime_python(), world.endpoint, scratch, reaper.tell)
    world.switches.operation_seconds = world.clock.real(world.switches.operation_seconds)
    door = _door(world) if given.live else None
    installation.install(world, door)
    server.app = AdminApi(aws, world, installation.start(world))

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if given.end_with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    if door:
        door.start()
    sys.stdout.write(f"{world.endpoint}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    finally:
        world.stopping.set()
        world.pool.shutdown()
        if door:
            door.close()


def _door(world: World) -> Door:
    """Ends the program with one message where something that it needs is not installed."""
    from sandbox.live.door.door import Door
    from sandbox.live.needs import NotInstalled

    try:
        return Door(world)
    except NotInstalled as missing:
        raise SystemExit(str(missing)) from missing


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
