"""Plays recordings into the sandbox: `python -m sandbox.player --endpoint URL FOLDER...`.

A recording plays up to the point where its recorder intervened, and stays as it is. When ConnectOps restarts the
connector, what followed the recorder's restart is played; see `sandbox.playback.timeline.segments` for the rules.
"""

from __future__ import annotations

import argparse
import logging
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.playback.playback import Playback
from sandbox.playback.recording import Recording, load
from sandbox.playback.stage import MskConnector, create_msk_connector, put_metrics
from sandbox.session import REGION, SandboxSession
from sandbox.worker_log import WorkerLog, new_worker_id

log = logging.getLogger("sandbox")

TICK = 0.1
MINUTE = 60.0
NAMESPACE = "AWS/KafkaConnect"
DEFAULT_LOG_GROUP = "/msk-connect/workers"


@dataclass(frozen=True, slots=True)
class Playing:
    """One recording on stage. `arn` is the connector's on MSK Connect, None on a self-managed cluster."""

    playback: Playback
    show: Callable[[float], None]
    connector: MskConnector | None = None

    @property
    def name(self) -> str:
        return self.playback.name

    @property
    def arn(self) -> str | None:
        return self.connector.arn if self.connector else None


class Player:
    """Plays any number of recordings at once, in one thread, between `start` and `stop` (or in a with block)."""

    def __init__(self, session: SandboxSession) -> None:
        self._session = session
        self._factor = float(session.health()["factor"])
        self._period = MINUTE / self._factor
        self._cloudwatch = session.client("cloudwatch")
        self._lock = threading.Lock()
        self._playing: list[Playing] = []
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = max((call.number for call in session.calls()), default=0)
        self._published = self._period_of(time.time())

    def play_on_msk_connect(
        self,
        recording: Recording,
        log_group: str = DEFAULT_LOG_GROUP,
        name: str | None = None,
        tags: dict[str, str] | None = None,
    ) -> Playing:
        """Begin now. Makes the connector, its log group and stream where they are missing."""
        playback = Playback(recording, time.time(), self._factor, name)
        arn = create_msk_connector(self._session, recording, playback.name, log_group, tags)
        stream = f"{playback.name}-{uuid.uuid4().hex[:8]}-1"
        worker_log = WorkerLog(self._session.client("logs"), log_group, stream, new_worker_id(), self._factor)
        connector = MskConnector(self._session, self._session, playback, arn, worker_log)
        return self._add(Playing(playback, connector.show, connector))

    def play_on_a_cluster(self, recording: Recording, log_group: str, name: str | None = None) -> Playing:
        """Begin now; who asks the playback for its status is the cluster's REST stand-in (`sandbox.connect_rest`)."""
        playback = Playback(recording, time.time(), self._factor, name)
        stream = f"worker-{uuid.uuid4().hex[:8]}"
        worker_log = WorkerLog(self._session.client("logs"), log_group, stream)
        return self._add(Playing(playback, lambda now: worker_log.write(playback.due(now))))

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True, name="player")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout=10)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def _add(self, playing: Playing) -> Playing:
        with self._lock:
            self._playing.append(playing)
        return playing

    def _run(self) -> None:
        while not self._stopping.wait(TICK):
            try:
                self._tick(time.time())
            except OSError as err:  # the sandbox has ended, or is about to
                if not self._stopping.is_set():
                    log.warning("the player lost the sandbox: %s", err)
                    return

    def _tick(self, now: float) -> None:
        with self._lock:
            playing = list(self._playing)
        self._follow_restarts(playing, now)
        for one in playing:
            one.show(now)
        begin = self._period_of(now)
        if begin > self._published:
            data = [datum for one in playing if one.connector for datum in one.connector.data(self._published, begin)]
            put_metrics(self._cloudwatch, NAMESPACE, data)
            self._published = begin

    def _follow_restarts(self, playing: list[Playing], now: float) -> None:
        calls = self._session.calls(self._seen, service="kafkaconnect", operation="RestartConnector")
        for call in calls:
            self._seen = max(self._seen, call.number)
            if not call.carried_out or call.status not in (0, 200):
                continue
            for one in playing:
                if one.arn == call.parameters.get("connectorArn"):
                    one.playback.restart(now)

    def _period_of(self, now: float) -> float:
        return now // self._period * self._period


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.player", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, help="folders of recordings")
    parser.add_argument("--endpoint", required=True, help="URL of the sandbox")
    parser.add_argument("--log-group", default=DEFAULT_LOG_GROUP)
    given = parser.parse_args()
    with Player(SandboxSession(given.endpoint, REGION)) as player:
        for folder in given.folders:
            playing = player.play_on_msk_connect(load(folder), given.log_group)
            sys.stdout.write(f"{playing.name}: {playing.playback.duration():.1f} s\n")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
