"""A Kafka Connect worker in distributed mode and its REST API."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from sandbox.live import parts
from sandbox.live.laboratory import Laboratory, NotReady, Process

PATTERN = "[%d] %p %X{connector.context}%m (%c:%L)%n"
"""Kafka's default layout since 3.0; MSK Connect shows the context with 2.7.1 too."""

_LOG4J = f"""log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern={PATTERN}
log4j.logger.org.reflections=ERROR
"""
_LOG4J2 = f"""status=WARN
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern={PATTERN}
rootLogger.level=INFO
rootLogger.appenderRef.out.ref=out
"""


PERSON = "person"
"""How our own calls name themselves to a worker: its access log tells them from those of ConnectOps."""


class Refused(Exception):
    """The REST API answered with an error; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"HTTP {status}: {message}")
        self.status, self.message = status, message


class Worker:
    """One worker, a cluster of its own unless `properties` say another group. Times in its log are UTC.

    `plugins` are folders of jars; `properties` go over the defaults; `java` are more options of the virtual machine.
    """

    def __init__(
        self,
        laboratory: Laboratory,
        version: str,
        broker: str,
        plugins: Sequence[Path],
        properties: Mapping[str, str] | None = None,
        *,
        name: str = "worker",
        java: Sequence[str] = ("-Xmx512m",),
    ) -> None:
        self._laboratory, self.version, self.name = laboratory, version, name
        self.home = laboratory.folder / name
        self.log = self.home / "worker.log"
        (self.home / "plugins").mkdir(parents=True)
        for plugin in plugins:
            (self.home / "plugins" / plugin.name).symlink_to(plugin)
        self.url = f"http://127.0.0.1:{laboratory.free_port()}"
        self.properties = self._defaults(broker) | dict(properties or {})
        self._command: list[str | Path] = [
            "java",
            "-Duser.timezone=UTC",
            *java,
            self._logging(),
            "-cp",
            f"{parts.fetch(parts.CONNECT[version])}/*",
            "org.apache.kafka.connect.cli.ConnectDistributed",
            self.home / "worker.properties",
        ]
        self.process = self.start()

    def start(self, *, wait: bool = True) -> Process:
        """Start it with `properties` as they are now; raises NotReady, with it ended, when its REST API stays away."""
        lines = (f"{key}={value}\n" for key, value in self.properties.items())
        (self.home / "worker.properties").write_text("".join(lines))
        self.process = self._laboratory.start(self.name, self._command, self.log)
        if wait:
            try:
                self.process.await_until(self._serves)
            except NotReady:
                self.process.kill()
                raise
        return self.process

    def stop(self) -> None:
        self.process.stop()

    def call(self, method: str, path: str, body: Any = None, timeout: float = 90) -> Any:
        """What the REST API answers. Raises Refused, or requests.RequestException when nothing answers."""
        said = {"User-Agent": PERSON}
        answer = requests.request(method, self.url + path, json=body, headers=said, timeout=timeout)
        if not answer.ok:
            raise Refused(answer.status_code, _message(answer))
        return answer.json() if answer.content else None

    def create(self, connector: str, configuration: Mapping[str, str]) -> None:
        self.call("PUT", f"/connectors/{quote(connector, safe='')}/config", dict(configuration))

    def delete(self, connector: str) -> None:
        self.call("DELETE", f"/connectors/{quote(connector, safe='')}")

    def states(self, connector: str) -> tuple[str, ...]:
        """The state of the connector, then those of its tasks; "ABSENT" alone while there is no status."""
        try:
            status = self.call("GET", f"/connectors/{quote(connector, safe='')}/status")
        except Refused:
            return ("ABSENT",)
        return (status["connector"]["state"], *(task["state"] for task in status["tasks"]))

    def await_states(self, connector: str, *wanted: str, patience: float = 60) -> None:
        """Wait for exactly these states; raises TimeoutError with the last ones seen."""
        deadline = time.monotonic() + patience
        while (seen := self.states(connector)) != wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{connector} is {seen}, not {wanted}, after {patience:.0f} s; see {self.log}")
            time.sleep(0.3)

    def _serves(self) -> bool:
        try:
            return isinstance(self.call("GET", "/connectors"), list)
        except (requests.RequestException, Refused):
            return False  # it answers 404 until its resources are there

    def _defaults(self, broker: str) -> dict[str, str]:
        converter = "org.apache.kafka.connect.json.JsonConverter"
        topics = {f"{kind}.storage.topic": f"{self.name}-{kind}s" for kind in ("offset", "config")}
        topics["status.storage.topic"] = f"{self.name}-status"
        return {
            "bootstrap.servers": broker,
            "group.id": self.name,
            "key.converter": converter,
            "value.converter": converter,
            **topics,
            **{f"{kind}.storage.replication.factor": "1" for kind in ("offset", "config", "status")},
            **{f"{kind}.storage.partitions": "1" for kind in ("offset", "status")},
            "offset.flush.interval.ms": "5000",
            "connector.client.config.override.policy": "All",
            "listeners": self.url,
            "plugin.path": f"{self.home}/plugins",
        }

    def _logging(self) -> str:
        modern = self.version.startswith("4.")
        file = self.home / ("log4j2.properties" if modern else "log4j.properties")
        file.write_text(_LOG4J2 if modern else _LOG4J)
        return f"-Dlog4j2.configurationFile={file}" if modern else f"-Dlog4j.configuration=file:{file}"


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.reason
