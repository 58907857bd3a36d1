"""What is in the topics of a broker, read by a client that has nothing to do with Connect."""

from __future__ import annotations

import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic


def names(broker: str) -> list[str]:
    consumer = KafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False)
    try:
        return sorted(consumer.topics())
    finally:
        consumer.close()


def delete(broker: str, topics: list[str]) -> None:
    """Those that are there. Raises KafkaError when the broker does not answer."""
    there = set(names(broker))
    client = KafkaAdminClient(bootstrap_servers=broker)
    try:
        client.delete_topics([topic for topic in topics if topic in there])
    finally:
        client.close()


def values(broker: str, topic: str, patience: float = 10) -> list[str | None]:
    """The values of all records that are in a topic now, in order; None is a tombstone. Empty without the topic."""
    consumer = KafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False, max_partition_fetch_bytes=16 << 20)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        if not partitions:
            return []
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        found: list[str | None] = []
        deadline = time.monotonic() + patience
        while any(consumer.position(one) < ends[one] for one in partitions) and time.monotonic() < deadline:
            for records in consumer.poll(500).values():
                found += [record.value.decode(errors="replace") if record.value else None for record in records]
        return found
    finally:
        consumer.close()


def make(broker: str, topic: str, **settings: str) -> None:
    """A topic of one partition; two underscores in the name of a setting stand for a dot."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        admin.create_topics([NewTopic(topic, 1, 1, topic_configs=_dotted(settings))])
    finally:
        admin.close()


def change(broker: str, topic: str, **settings: str) -> None:
    """Set some of its settings, named as in `make`."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, _dotted(settings))])
    finally:
        admin.close()


def send(broker: str, topic: str, *values: bytes | None, key: bytes | None = None) -> None:
    producer = KafkaProducer(bootstrap_servers=broker)
    try:
        for value in values:
            producer.send(topic, value, key=key).get(10)
    finally:
        producer.close()


def _dotted(settings: dict[str, str]) -> dict[str, str]:
    return {name.replace("__", "."): value for name, value in settings.items()}


def await_value(broker: str, topic: str, holding: str, patience: float = 30) -> str:
    """The first value in the topic that holds a text. Raises TimeoutError with the number of records seen."""
    deadline = time.monotonic() + patience
    while True:
        seen = values(broker, topic)
        found = next((value for value in seen if value and holding in value), None)
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"no record with {holding} among {len(seen)} in {topic} after {patience:.0f} s")
        time.sleep(0.5)
