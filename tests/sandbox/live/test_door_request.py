"""What a request to MSK Connect means for real workers."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sandbox.aws.kafkaconnect.exceptions import BadRequestException
from sandbox.live.door import request

ARN = "arn:aws:kafkaconnect:us-east-1:123456789012:connector/orders/8c2f0f6a-1111-4222-8333-444455556666-3"
TAIL = "orders_8c2f0f6a-1111-4222-8333-444455556666-3"


def given(**more: Any) -> dict[str, Any]:
    return {
        "kafkaConnectVersion": "2.7.1",
        "kafkaCluster": {"apacheKafkaCluster": {"bootstrapServers": "127.0.0.1:9092", "vpc": {}}},
        "kafkaClusterClientAuthentication": {"authenticationType": "NONE"},
        "kafkaClusterEncryptionInTransit": {"encryptionType": "PLAINTEXT"},
        **more,
    }


def test_group_and_internal_topics_are_named_as_the_service_names_them() -> None:
    told = request.worker_properties(ARN, {}, 12)
    assert told["group.id"] == f"__amazon_msk_connect_cluster_{TAIL}"
    assert told["config.storage.topic"] == f"__amazon_msk_connect_configs_{TAIL}"
    assert told["offset.storage.topic"] == f"__amazon_msk_connect_offsets_{TAIL}"
    assert told["status.storage.topic"] == f"__amazon_msk_connect_status_{TAIL}"


def test_without_a_worker_configuration_converters_are_the_services_own() -> None:
    told = request.worker_properties(ARN, {}, 12)
    assert {told["key.converter"], told["value.converter"]} == {request.STRINGS}
    assert told["offset.flush.interval.ms"] == "12000"
    assert told["scheduled.rebalance.max.delay.ms"] == "60000"


def test_a_worker_configuration_goes_over_the_defaults() -> None:
    own = {"value.converter": "x.Json", "offset.flush.interval.ms": "5", "config.providers": "file"}
    told = request.worker_properties(ARN, own, 12)
    assert told.items() >= own.items()
    assert told["key.converter"] == request.STRINGS


@pytest.mark.parametrize(
    ("key", "kept"), [("offset.storage.topic", True), ("config.storage.topic", False), ("group.id", False)]
)
def test_of_what_is_the_services_only_the_topic_of_offsets_can_be_chosen(key: str, kept: object) -> None:
    assert (request.worker_properties(ARN, {key: "mine"}, 12)[key] == "mine") is kept


@pytest.mark.parametrize(("version", "release"), [("2.7.1", "2.7.1"), ("3.7.x", "3.7.2"), ("4.1.x", "4.1.0")])
def test_a_version_is_run_by_a_release(version: str, release: str) -> None:
    assert request.release(given(kafkaConnectVersion=version)) == release


def test_a_version_that_is_not_offered_is_refused() -> None:
    with pytest.raises(BadRequestException, match=r"3\.6\.0 is not supported; supported are 2\.7\.1, 3\.7\.x"):
        request.release(given(kafkaConnectVersion="3.6.0"))


def test_brokers_are_those_of_the_request() -> None:
    assert request.brokers(given()) == "127.0.0.1:9092"


@pytest.mark.parametrize(
    "wish",
    [
        {"kafkaClusterClientAuthentication": {"authenticationType": "IAM"}},
        {"kafkaClusterEncryptionInTransit": {"encryptionType": "TLS"}},
    ],
)
def test_what_a_local_broker_cannot_give_is_refused(wish: dict[str, Any]) -> None:
    with pytest.raises(BadRequestException, match="NONE, PLAINTEXT"):
        request.brokers(given(**wish))


def test_autoscaling_begins_with_its_least_and_provisioned_capacity_has_its_number() -> None:
    scaling = {"autoScaling": {"minWorkerCount": 2, "maxWorkerCount": 5, "mcuCount": 1}}
    assert request.worker_count(scaling) == 2
    assert request.worker_count({"provisionedCapacity": {"workerCount": 3, "mcuCount": 1}}) == 3


@pytest.mark.parametrize(
    ("delivery", "group"),
    [
        ({"cloudWatchLogs": {"enabled": True, "logGroup": "/g"}}, "/g"),
        ({"cloudWatchLogs": {"enabled": False, "logGroup": "/g"}}, None),
        ({"s3": {"enabled": True}}, None),
    ],
)
def test_lines_go_to_the_log_group_that_is_enabled(delivery: dict[str, Any], group: str | None) -> None:
    assert request.log_group(given(logDelivery={"workerLogDelivery": delivery})) == group


def test_without_log_delivery_lines_go_nowhere() -> None:
    assert request.log_group(given(logDelivery=None)) is None


def test_a_properties_file_is_read_without_comments_and_blank_lines() -> None:
    text = "# ours\n\nkey.converter = a.B\nproducer.sasl=x=y;\n! old style\n"
    assert request.properties(base64.b64encode(text.encode()).decode()) == {
        "key.converter": "a.B",
        "producer.sasl": "x=y;",
    }


def test_a_worker_configuration_that_is_no_base64_is_refused() -> None:
    with pytest.raises(BadRequestException, match="not a properties file in base64"):
        request.properties("key.converter=a.B")
