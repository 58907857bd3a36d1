"""MSK Connect as a platform of scenarios: the local one, which runs each connector on real workers of its own."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from botocore.exceptions import ClientError

from connectops.model import MSK_CLUSTER, ConnectorId
from connectops.model import Platform as PlatformKind
from sandbox.admin import SandboxError
from sandbox.live import msk_connect
from sandbox.live.platforms import Platform
from sandbox.live.stacks import Site
from sandbox.live.worker import PERSON, Refused
from sandbox.records import LiveWorker
from sandbox.session import SandboxSession

PATIENCE = 240.0
_STABLE = ("RUNNING", "PAUSED", "FAILED")


class MskConnect:
    """`properties` are those of all workers."""

    title = "MSK Connect"

    def __init__(self, session: SandboxSession, site: Site, properties: Mapping[str, str]) -> None:
        self.session = session
        self._site, self._properties = site, {**msk_connect.CONVERTERS, **properties}
        self._client = session.client("kafkaconnect")
        self._plugin = msk_connect.register(session, site.recipe)
        self._own: dict[str, Mapping[str, str]] = {}
        self._arns: dict[str, list[str]] = {}
        self._homes: dict[str, Path] = {}

    def identify(self, name: str) -> ConnectorId:
        return ConnectorId(PlatformKind.MSK_CONNECT, MSK_CLUSTER, name)

    def create(self, name: str, configuration: Mapping[str, str], worker: Mapping[str, str]) -> None:
        """Until it is RUNNING or FAILED: the service says no more of it."""
        self._own[name] = worker
        properties = {**self._properties, **worker}
        arn = msk_connect.create(
            self.session, self._site, name, configuration, self._plugin, worker_properties=properties
        )
        self._arns.setdefault(name, []).append(arn)
        self._await_stable(name)

    def configure(self, name: str, configuration: Mapping[str, str]) -> None:
        """As somebody deploys who does not want to wait for the service's health check."""
        self.update(name, configuration, check=False)

    def update(self, name: str, configuration: Mapping[str, str], *, check: bool = True) -> None:
        """Until it has ended, well or not; with `check` what is not healthy then is taken back."""
        now = self._await_stable(name)
        self._client.update_connector(
            connectorArn=now["connectorArn"],
            currentVersion=now["currentVersion"],
            connectorConfiguration=dict(configuration),
            skipHealthValidation=not check,
        )
        self._await_stable(name)

    def restart(self, name: str) -> None:
        self._await_stable(name)
        self._client.restart_connector(connectorArn=self.arn(name))
        self._await_stable(name)

    def pause(self, name: str) -> None:
        self._await_stable(name)
        self._client.pause_connector(connectorArn=self.arn(name))
        self._await_stable(name)

    def unpause(self, name: str) -> None:
        self._client.resume_connector(connectorArn=self.arn(name))
        self._await_stable(name)

    def stop(self, name: str) -> None:
        """The service has no such thing: its worker ends, and is replaced after a minute of AWS, twelve seconds."""
        self._end_workers(name, signal.SIGTERM)

    def resume(self, name: str, configuration: Mapping[str, str]) -> None:
        """The successor of its worker does so by itself."""
        self._await_worker(name)

    def begin_anew(self, name: str, configuration: Mapping[str, str], meanwhile: Callable[[], None]) -> None:
        """Offsets belong to a connector's ARN: it is deleted and made again."""
        self.delete(name)
        meanwhile()
        self.create(name, configuration, self._own[name])

    def delete(self, name: str) -> None:
        try:
            self._client.delete_connector(connectorArn=self.arn(name))
            ends = time.monotonic() + PATIENCE
            while time.monotonic() < ends:
                self._describe(name)
                time.sleep(0.5)
        except (ClientError, IndexError):
            return  # it is gone, or never was

    def kill_worker(self, name: str) -> None:
        self._end_workers(name, signal.SIGKILL)
        self._await_worker(name)

    def restart_worker(self, name: str) -> None:
        self._end_workers(name, signal.SIGTERM)
        self._await_worker(name)

    def status(self, name: str) -> dict[str, Any]:
        workers = self._workers(name)
        if not workers:
            raise requests.ConnectionError(f"{name} has no worker")
        url = f"{workers[0].url}/connectors/{quote(name, safe='')}/status"
        answer = requests.get(url, headers={"User-Agent": PERSON}, timeout=10)
        if not answer.ok:
            raise Refused(answer.status_code, answer.reason)
        return dict(answer.json())

    def restarts(self, name: str) -> tuple[datetime, ...]:
        calls = [call for arn in self._arns.get(name, ()) for call in self.session.restarts(arn)]
        return tuple(datetime.fromtimestamp(call.at, UTC) for call in calls if call.caller)

    def logs(self, name: str) -> list[Path]:
        """Each worker has a folder of its own beside those of the others: `<name>-<serial>`."""
        self._workers(name)
        home = self._homes.get(name)
        mine = re.compile(rf"{re.escape(name)}-(\d+)")
        found = {path: mine.fullmatch(path.name) for path in (home.iterdir() if home else ())}
        folders = sorted((int(said[1]), path) for path, said in found.items() if said)
        return [path / "worker.log" for _, path in folders]

    def _workers(self, name: str) -> list[LiveWorker]:
        """None while there is no such connector."""
        try:
            found = self.session.workers(name) if name in self._arns else []
        except SandboxError:
            return []
        if found:
            self._homes[name] = Path(found[0].log).parents[1]
        return found

    def _end_workers(self, name: str, how: signal.Signals) -> None:
        ended = self._workers(name)
        for worker in ended:
            os.kill(worker.pid, how)
        ids = {worker.worker_id for worker in ended}
        self._await(lambda: not ids & {worker.worker_id for worker in self._workers(name)}, f"{name} has ended")

    def _await_worker(self, name: str) -> None:
        self._await(lambda: bool(self._workers(name)), f"{name} has a worker again")

    def _await_stable(self, name: str) -> dict[str, Any]:
        self._await(lambda: self._describe(name)["connectorState"] in _STABLE, f"{name} is in no transition")
        return self._describe(name)

    def _await(self, true: Callable[[], bool], what: str) -> None:
        ends = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > ends:
                raise TimeoutError(f"not after {PATIENCE:.0f} s: {what}")
            time.sleep(0.3)

    def _describe(self, name: str) -> dict[str, Any]:
        return dict(self._client.describe_connector(connectorArn=self.arn(name)))

    def arn(self, name: str) -> str:
        """Of the youngest connector of this name. Raises IndexError."""
        return self._arns.get(name, [])[-1]


def on_msk_connect(platform: Platform) -> MskConnect:
    """The platform of a scenario that runs on MSK Connect only. Raises TypeError."""
    if not isinstance(platform, MskConnect):
        raise TypeError(f"this needs MSK Connect, and runs on {platform.title}")
    return platform
