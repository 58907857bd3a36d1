"""Where the connector of a scenario runs: the same few verbs for a self-managed cluster and for MSK Connect.

What a person does goes through here; what ConnectOps did is read from what the platform wrote down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import requests

from connectops.model import ConnectorId
from connectops.model import Platform as PlatformKind
from sandbox.live.access_log import AccessLog
from sandbox.live.worker import Refused, Worker


class Platform(Protocol):
    """One place where connectors run and ConnectOps sees them. What is done here, a person does."""

    title: str

    def identify(self, name: str) -> ConnectorId: ...

    def create(self, name: str, configuration: Mapping[str, str], worker: Mapping[str, str]) -> None:
        """`worker` are properties of a worker of its own, where the platform gives it one."""
        ...

    def configure(self, name: str, configuration: Mapping[str, str]) -> None: ...

    def restart(self, name: str) -> None:
        """The connector and its tasks."""
        ...

    def pause(self, name: str) -> None: ...

    def unpause(self, name: str) -> None: ...

    def stop(self, name: str) -> None:
        """Nothing of the connector runs from now on; its offsets stay."""
        ...

    def resume(self, name: str, configuration: Mapping[str, str]) -> None:
        """It goes on where it was when it was stopped."""
        ...

    def begin_anew(self, name: str, configuration: Mapping[str, str], meanwhile: Callable[[], None]) -> None:
        """It forgets its position and begins as if it had never run; `meanwhile` nothing of it runs."""
        ...

    def delete(self, name: str) -> None:
        """Never raises."""
        ...

    def kill_worker(self, name: str) -> None:
        """Without warning; it comes back as the platform brings workers back."""
        ...

    def restart_worker(self, name: str) -> None:
        """As `kill_worker`, but the worker is asked to end."""
        ...

    def status(self, name: str) -> dict[str, Any]:
        """What `GET /connectors/NAME/status` of the real worker answers. Raises Refused, requests.RequestException."""
        ...

    def restarts(self, name: str) -> tuple[datetime, ...]:
        """When restarts reached the platform that no person made."""
        ...

    def logs(self, name: str) -> list[Path]:
        """The log files of its workers so far, oldest first."""
        ...


class Cluster:
    """A self-managed Kafka Connect cluster of one worker, watched through its REST API."""

    title = "Kafka Connect"

    def __init__(self, name: str, worker: Worker) -> None:
        self.name, self.worker = name, worker
        self._access = AccessLog(worker.log)

    def identify(self, name: str) -> ConnectorId:
        return ConnectorId(PlatformKind.KAFKA_CONNECT, self.name, name)

    def create(self, name: str, configuration: Mapping[str, str], worker: Mapping[str, str]) -> None:
        if worker:
            raise ValueError(f"{name} shares its worker with others: on a cluster it cannot have its own properties")
        self.configure(name, configuration)

    def configure(self, name: str, configuration: Mapping[str, str]) -> None:
        self.worker.create(name, configuration)

    def restart(self, name: str) -> None:
        self.worker.call("POST", f"{_path(name)}/restart")
        for task in self.status(name)["tasks"]:
            self.worker.call("POST", f"{_path(name)}/tasks/{task['id']}/restart")

    def pause(self, name: str) -> None:
        self.worker.call("PUT", f"{_path(name)}/pause")

    def unpause(self, name: str) -> None:
        self.worker.call("PUT", f"{_path(name)}/resume")

    def stop(self, name: str) -> None:
        """Before Kafka Connect 3.5 there is no stopping, but deleting leaves the offsets as well."""
        if not self._can_stop:
            self.worker.delete(name)
            return
        self.worker.call("PUT", f"{_path(name)}/stop")
        self.worker.await_states(name, "STOPPED")

    def resume(self, name: str, configuration: Mapping[str, str]) -> None:
        self.worker.create(name, configuration)
        if self._can_stop:
            self.worker.call("PUT", f"{_path(name)}/resume")

    def begin_anew(self, name: str, configuration: Mapping[str, str], meanwhile: Callable[[], None]) -> None:
        """Raises Refused before Kafka Connect 3.6, which has no way to forget offsets."""
        self.stop(name)
        meanwhile()
        self.worker.call("DELETE", f"{_path(name)}/offsets")
        self.resume(name, configuration)

    @property
    def _can_stop(self) -> bool:
        return not self.worker.version.startswith("2.")

    def delete(self, name: str) -> None:
        with suppress(Refused, requests.RequestException):
            self.worker.delete(name)

    def status(self, name: str) -> dict[str, Any]:
        return dict(self.worker.call("GET", f"{_path(name)}/status"))

    def restarts(self, name: str) -> tuple[datetime, ...]:
        return self._access.restarts(name)

    def logs(self, name: str) -> list[Path]:
        return [self.worker.log]

    def kill_worker(self, name: str) -> None:
        self.worker.process.kill()
        self.worker.start()

    def restart_worker(self, name: str) -> None:
        self.worker.stop()
        self.worker.start()


def _path(name: str) -> str:
    return f"/connectors/{quote(name, safe='')}"


def states_of(platform: Platform, name: str) -> tuple[str, ...]:
    """The state of the connector, then those of its tasks, by the worker; else what REST said."""
    try:
        status = platform.status(name)
    except Refused:
        return ("ABSENT",)
    except requests.RequestException:
        return ("NO ANSWER",)
    return (status["connector"]["state"], *(task["state"] for task in status["tasks"]))
