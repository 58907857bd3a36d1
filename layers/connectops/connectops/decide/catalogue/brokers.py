"""What brokers answer, where a client prints the words without the exception class that belongs to them.

`Unexpected error in AddOffsetsToTxnResponse: …`, `Unexpected error in join group response: …` are KafkaExceptions with
the default message of an error code. Source: apache/kafka common.protocol.Errors (2.2 - 4.1), TransactionManager.
"""

from __future__ import annotations

from connectops.decide.catalogue.entry import Signature, Weight

_ANSWERS: dict[str, tuple[str, ...]] = {
    "KAFKA_UNREACHABLE": (
        "The request timed out", "The broker is not available", "The replica is not available", "The controller moved",
        "The server disconnected before a response", "This is not the correct coordinator",
        "This is not the correct controller", "The coordinator is not available", "The coordinator is loading",
        "The fetch session", "There is no listener on the leader broker", "The leader epoch in the request",
        "The leader high watermark has not caught up", "The preferred leader was not available",
        "Eligible topic partition leaders", "There are unstable offsets",
    ),
    "KAFKA_DELIVERY_FAILED": (
        "The server experienced an unexpected error", "There is no leader for this topic-partition",
        "For requests intended only for the leader", "Disk error when trying to access log file",
        "The throttling quota has been exceeded", "fewer in-sync replicas than required",
    ),
    "KAFKA_PRODUCER_FENCED": (
        "out of order sequence number", "duplicate sequence number", "transactional operation in an invalid state",
        "producer id which is not currently assigned", "another concurrent operation on the same transaction",
        "could not locate the producer metadata", "The transactionalId could not be found",
        "newer producer with the same transactionalId", "attempted to produce with an old epoch",
    ),
    "CONNECT_WORKER_STALL": (
        "Specified group generation id is not valid", "The coordinator is not aware of this member",
        "The group is rebalancing", "The member epoch",
    ),
    "KAFKA_TOPIC_AUTHZ": (
        "Group authorization failed", "Topic authorization failed", "Cluster authorization failed",
        "Transactional Id authorization failed", "Delegation Token authorization failed",
    ),
    "KAFKA_TOPIC_CONFIG": (
        "on an invalid topic", "Number of partitions is below 1", "Replication factor is below 1",
        "Replica assignment is invalid", "Request parameters do not satisfy the configured policy",
    ),
    "KAFKA_RECORD_REJECTED": (
        "failed its CRC checksum", "The timestamp of the message is out of acceptable range",
        "failed the validation on broker", "message format version on the broker does not support", "The metadata field of the offset request was too large",
    ),
    "KAFKA_VERSION_UNSUPPORTED": ("The version of API is not supported",),
    "CONNECT_CONFIG_INVALID": (
        "supported protocols are incompatible with those of existing members", "The configured groupId is invalid",
        "The session timeout is not within the range allowed", "The consumer group has reached its max size",
        "The transaction timeout is larger than the maximum value allowed",
    ),
    "CONNECT_OFFSETS_LOST": ("The requested offset is not within the range of offsets",),
}  # fmt: skip


def answers_of(failure_class: str) -> tuple[Signature, ...]:
    """The signatures of a class that are words of a broker behind `Unexpected error in …`."""
    return tuple(
        Signature(
            exception="org.apache.kafka.common.KafkaException",
            text=f"Unexpected error in * {words}",
            weight=Weight.SPECIFIC,
        )
        for words in _ANSWERS[failure_class]
    )
