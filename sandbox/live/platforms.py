"""Where the connector of a scenario runs: the same few verbs for a self-managed cluster and for MSK Connect.

What a person does goes through here; what ConnectOps did to the real worker is read from what the platform wrote down.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote

import requests

from connectops.model import ConnectorId
from connectops.model import Platform as PlatformKind
from sandbox.live.worker import PERSON, Refused, Worker

_RESTART = re.compile(
    r'^\[(?P<at>[\d-]+ [\d:]+,\d{3})\] INFO .*"POST /connectors/(?P<name>[^/ ]+)/(?:tasks/\d+/)?restart\S* HTTP[^"]*" '
    r'(?P<status>\d{3}) .*"(?P<agent>[^"]*)" \d+ \('
)
"""A worker's access log; source: CustomRequestLog in org.apache.kafka.connect.runtime.rest.RestServer."""
_ONE_RESTART = timedelta(seconds=3)
"""Before Kafka Connect 3.0 connector and task are restarted by two calls; they are one restart."""


class Platform(Protocol):
    """One place where connectors run and ConnectOps sees them."""

    title: str

    def identify(self, name: str) -> ConnectorId: ...

    def create(self, name: str, configuration: Mapping[str, str]) -> None: ...

    def configure(self, name: str, configuration: Mapping[str, str]) -> None: ...

    def restart(self, name: str) -> None: ...

    def pause(self, name: str) -> None: ...

    def unpause(self, name: str) -> None: ...

    def stop(self, name: str) -> None:
        """Nothing of the connector runs from now on; its offsets stay."""
        ...

    def resume(self, name: str, configuration: Mapping[str, str]) -> None:
        """It goes on where it was when it was stopped."""
        ...

    def begin_anew(self, name: str, configuration: Mapping[str, str]) -> None:
        """A stopped connector begins as if it had never run."""
        ...

    def delete(self, name: str) -> None: ...

    def status(self, name: str) -> dict[str, Any]:
        """What `GET /connectors/NAME/status` of the real worker answers. Raises Refused, requests.RequestException."""
        ...

    def states(self, name: str) -> tuple[str, ...]:
        """The state of the connector, then those of its tasks, by the worker; "ABSENT" where it has no status."""
        ...

    def restarts(self, name: str) -> tuple[datetime, ...]:
        """When restarts reached the platform that no person made."""
        ...

    def worker(self, name: str) -> Worker: ...


class Cluster:
    """A self-managed Kafka Connect cluster of one worker, watched through its REST API."""

    title = "Kafka Connect"

    def __init__(self, name: str, worker: Worker) -> None:
        self.name, self._worker = name, worker
        self._access = AccessLog(worker.log)

    def identify(self, name: str) -> ConnectorId:
        return ConnectorId(PlatformKind.KAFKA_CONNECT, self.name, name)

    def create(self, name: str, configuration: Mapping[str, str]) -> None:
        self._worker.create(name, configuration)

    configure = create

    def restart(self, name: str) -> None:
        restart_by_hand(self._worker, name)

    def pause(self, name: str) -> None:
        self._worker.call("PUT", f"{_path(name)}/pause")

    def unpause(self, name: str) -> None:
        self._worker.call("PUT", f"{_path(name)}/resume")

    def stop(self, name: str) -> None:
        """Before Kafka Connect 3.5 there is no stopping, but deleting leaves the offsets as well."""
        if not self._can_stop:
            self._worker.delete(name)
            return
        self._worker.call("PUT", f"{_path(name)}/stop")
        self._worker.await_states(name, "STOPPED")

    def resume(self, name: str, configuration: Mapping[str, str]) -> None:
        self._worker.create(name, configuration)
        if self._can_stop:
            self._worker.call("PUT", f"{_path(name)}/resume")

    def begin_anew(self, name: str, configuration: Mapping[str, str]) -> None:
        """Raises Refused before Kafka Connect 3.6, which has no way to forget offsets."""
        self._worker.call("DELETE", f"{_path(name)}/offsets")
        self.resume(name, configuration)

    @property
    def _can_stop(self) -> bool:
        return not self._worker.version.startswith("2.")

    def delete(self, name: str) -> None:
        with suppress(Refused, requests.RequestException):
            self._worker.delete(name)

    def status(self, name: str) -> dict[str, Any]:
        return dict(self._worker.call("GET", f"{_path(name)}/status"))

    def states(self, name: str) -> tuple[str, ...]:
        return states_of(self, name)

    def restarts(self, name: str) -> tuple[datetime, ...]:
        return self._access.restarts(name)

    def worker(self, name: str) -> Worker:
        return self._worker


def restart_by_hand(worker: Worker, name: str) -> None:
    """Connector and tasks, as every version of Kafka Connect understands it."""
    worker.call("POST", f"{_path(name)}/restart")
    for task in worker.call("GET", f"{_path(name)}/status")["tasks"]:
        worker.call("POST", f"{_path(name)}/tasks/{task['id']}/restart")


def _path(name: str) -> str:
    return f"/connectors/{quote(name, safe='')}"


def states_of(platform: Platform, name: str) -> tuple[str, ...]:
    try:
        status = platform.status(name)
    except Refused:
        return ("ABSENT",)
    except requests.RequestException:
        return ("NO ANSWER",)
    return (status["connector"]["state"], *(task["state"] for task in status["tasks"]))


class AccessLog:
    """A worker's access log, read on from where it ended the last time; from any thread."""

    def __init__(self, log: Path) -> None:
        self._log, self._offset = log, 0
        self._lock = threading.Lock()
        self._found: dict[str, list[datetime]] = {}

    def restarts(self, name: str) -> tuple[datetime, ...]:
        """Restarts that were carried out or at least begun, and were not a person's."""
        with self._lock:
            for line in self._new_lines():
                self._take(line)
            return tuple(self._found.get(name, ()))

    def _new_lines(self) -> list[str]:
        if not self._log.exists():
            return []
        with self._log.open("rb") as file:
            file.seek(self._offset)
            new = file.read()
        whole = new.rfind(b"\n") + 1
        self._offset += whole
        return [line for line in new[:whole].decode(errors="replace").split("\n") if "/restart" in line]

    def _take(self, line: str) -> None:
        said = _RESTART.match(line)
        if said is None or said["agent"].startswith(PERSON) or said["status"].startswith("4"):
            return
        at = datetime.strptime(said["at"], "%Y-%m-%d %H:%M:%S,%f").replace(tzinfo=UTC)
        found = self._found.setdefault(unquote(said["name"]), [])
        if not found or at - found[-1] > _ONE_RESTART:
            found.append(at)
