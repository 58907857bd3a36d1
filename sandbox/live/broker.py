"""A Kafka broker that is its own controller (KRaft)."""

from __future__ import annotations

import base64
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from sandbox.live import parts
from sandbox.live.laboratory import Laboratory, Process, listening

_LOGGING = """log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
"""


class Broker:
    """Started when made; `stop`, then `start`, and it serves what it had, at the same address."""

    def __init__(self, laboratory: Laboratory, properties: Mapping[str, str] | None = None) -> None:
        self._laboratory = laboratory
        self._port = laboratory.free_port()
        self.home = laboratory.folder / "broker"
        self.home.mkdir()
        jars = parts.fetch(parts.BROKER)
        (self.home / "log4j.properties").write_text(_LOGGING)
        self._java: list[str | Path] = [
            "java",
            "-Xmx400m",
            f"-Dlog4j.configuration=file:{self.home}/log4j.properties",
            "-cp",
            f"{jars}/*",
        ]
        self._configuration = self.home / "server.properties"
        settings = _settings(self.home, self._port, laboratory.free_port()) | dict(properties or {})
        self._configuration.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        # A random id may begin with "-", which only this form of the option survives.
        cluster = f"--cluster-id={base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip('=')}"
        format_disk: list[str | Path] = ["kafka.tools.StorageTool", "format", cluster, "-c", self._configuration]
        command: list[str | Path] = [*self._java, *format_disk]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self.process = self.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def start(self) -> Process:
        command = [*self._java, "kafka.Kafka", self._configuration]
        self.process = self._laboratory.start("broker", command, self.home / "broker.log")
        self.process.await_until(lambda: listening(self._port))
        return self.process

    def stop(self) -> None:
        self.process.stop()


def _settings(home: Path, port: int, controller: int) -> dict[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": f"{home}/data",
        "num.partitions": "1",
        "offsets.topic.num.partitions": "1",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
    }
