"""A sink on trial: Kafka's own file sink, whose rows are records of a topic and arrive in a file."""

from __future__ import annotations

import json
import re

from kafka.errors import KafkaError

from sandbox.live import topics
from sandbox.live.subject import Subject

_ROW = re.compile(r"row-\d+")


class FileSink(Subject):
    """Reads JSON without schemas from the topic `<database>.in`."""

    @property
    def topic(self) -> str:
        return f"{self.database}.in"

    def set_up(self) -> None:
        topics.make(self.stack.broker.address, self.topic)
        self.write()

    def arrived(self) -> set[str]:
        file = self.stack.laboratory.folder / f"{self.database}.txt"
        return set(_ROW.findall(file.read_text())) if file.exists() else set()

    def clear(self) -> None:
        self.platform.delete(self.name)

    def _write(self, number: int, row: str, before: str) -> bool:
        try:
            topics.send(self.stack.broker.address, self.topic, json.dumps({"v": row}).encode())
        except KafkaError:
            return False
        return True

    def _good(self) -> dict[str, str]:
        return {
            "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
            "tasks.max": "1",
            "topics": self.topic,
            "file": f"{self.stack.laboratory.folder}/{self.database}.txt",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable": "false",
        }
