"""What a worker's own access log says about restarts: the proof that one reached the platform, and who asked for it."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from sandbox.live.worker import PERSON

_RESTART = re.compile(
    r'^\[(?P<at>[\d-]+ [\d:]+,\d{3})\] INFO .*"POST /connectors/(?P<name>[^/ ]+)/(?:tasks/\d+/)?restart\S* HTTP[^"]*" '
    r'(?P<status>\d{3}) .*"(?P<agent>[^"]*)" \d+ \('
)
"""A worker's access log; source: CustomRequestLog in org.apache.kafka.connect.runtime.rest.RestServer."""
_ONE_RESTART = timedelta(seconds=3)
"""Before Kafka Connect 3.0 connector and task are restarted by two calls; they are one restart."""


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
