"""Where moto sends requests for the service; the operation is found from botocore's model."""

from __future__ import annotations

from sandbox.aws.kafkaconnect.responses import KafkaConnectResponse

url_bases = [r"https?://kafkaconnect\.(.+)\.amazonaws\.com"]
_kinds = ("connectors", "connectorOperations", "custom-plugins", "worker-configurations", "tags")
url_paths = {
    **{f"{{0}}/v1/{kind}$": KafkaConnectResponse.dispatch for kind in _kinds},
    **{f"{{0}}/v1/{kind}/(?P<rest>.+)$": KafkaConnectResponse.dispatch for kind in _kinds},
}
