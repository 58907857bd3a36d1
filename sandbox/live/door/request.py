"""What a request to MSK Connect means for real workers: versions, names, properties. No process is started here.

Sources: "Understand MSK Connect workers" in the Amazon MSK developer guide (the default worker configuration, what
stays the service's), and lines of real workers for the names of groups and topics.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from sandbox.aws.kafkaconnect.exceptions import BadRequestException

VERSIONS = {"2.7.1": "2.7.1", "3.7.x": "3.7.2", "4.1.x": "4.1.0"}
"""The service's name of a Kafka Connect version to the release that is run for it."""
STRINGS = "org.apache.kafka.connect.storage.StringConverter"
_INTERNAL = ("offset", "config", "status")


def release(given: Mapping[str, Any]) -> str:
    """The Kafka Connect release to run. Raises BadRequestException for a version that there is no worker for."""
    version = given["kafkaConnectVersion"]
    if version not in VERSIONS:
        raise BadRequestException(f"Kafka Connect {version} is not supported; supported are {', '.join(VERSIONS)}.")
    return VERSIONS[version]


def brokers(given: Mapping[str, Any]) -> str:
    """Raises BadRequestException where the cluster wants what a local broker cannot give."""
    wanted = (
        given["kafkaClusterClientAuthentication"]["authenticationType"],
        given["kafkaClusterEncryptionInTransit"]["encryptionType"],
    )
    if wanted != ("NONE", "PLAINTEXT"):
        raise BadRequestException(
            f"The live sandbox has brokers without authentication and encryption (NONE, PLAINTEXT), not {wanted}."
        )
    return str(given["kafkaCluster"]["apacheKafkaCluster"]["bootstrapServers"])


def worker_count(capacity: Mapping[str, Any]) -> int:
    """How many workers a connector begins with; nothing scales by load here."""
    if scaling := capacity.get("autoScaling"):
        return int(scaling["minWorkerCount"])
    return int(capacity["provisionedCapacity"]["workerCount"])


def log_group(given: Mapping[str, Any]) -> str | None:
    delivery = ((given.get("logDelivery") or {}).get("workerLogDelivery") or {}).get("cloudWatchLogs") or {}
    return delivery.get("logGroup") if delivery.get("enabled") else None


def group_id(arn: str) -> str:
    return f"__amazon_msk_connect_cluster_{_tail(arn)}"


def internal_topics(arn: str) -> dict[str, str]:
    """Worker properties with the names of the topics that MSK Connect makes for a connector."""
    plural = {"offset": "offsets", "config": "configs", "status": "status"}
    return {f"{kind}.storage.topic": f"__amazon_msk_connect_{plural[kind]}_{_tail(arn)}" for kind in _INTERNAL}


def worker_properties(arn: str, own: Mapping[str, str], minute: float) -> dict[str, str]:
    """All that a worker of this connector is told; of the internal topics its owner may name that of the offsets.

    Kafka's defaults that the service leaves alone are in its time: a `minute` has so many real seconds.
    """
    named = internal_topics(arn)
    offsets = {key: own[key] for key in ("offset.storage.topic",) if key in own}
    defaults = {"key.converter": STRINGS, "value.converter": STRINGS}
    return {
        **defaults,
        "offset.flush.interval.ms": str(round(minute * 1000)),
        "scheduled.rebalance.max.delay.ms": str(round(5 * minute * 1000)),
        **own,
        **named,
        **offsets,
        "group.id": group_id(arn),
    }


def properties(content: str) -> dict[str, str]:
    """A worker configuration, base64 of a properties file. Raises BadRequestException."""
    try:
        text = base64.b64decode(content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as err:
        raise BadRequestException("The worker configuration is not a properties file in base64.") from err
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and line[0] not in "#!")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _tail(arn: str) -> str:
    """`<name>_<uuid>-<n>` of `…:connector/<name>/<uuid>-<n>`."""
    _, name, unique = arn.rsplit("/", 2)
    return f"{name}_{unique}"
