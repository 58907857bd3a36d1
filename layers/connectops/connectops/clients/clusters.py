"""Opens the self-managed clusters of the settings, each with the credentials of its Secrets Manager entry."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import READ_RETRIES, not_seen
from connectops.clients.connect_rest import ConnectRest, Credentials
from connectops.errors import NotAllowed
from connectops.model import KafkaConnectCluster

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_secretsmanager import SecretsManagerClient

_EXPECTED = "a JSON object with username and password, or token, or certificate and private_key; optionally ca"
_ONE_OF = ({"username", "password"}, {"token"}, {"certificate", "private_key"}, {"ca"})


def open_clusters(clusters: Iterable[KafkaConnectCluster], session: boto3.Session) -> dict[str, ConnectRest]:
    """A client for each cluster by its name. Neither a cluster nor a secret is asked for anything yet."""

    def credentials(cluster: KafkaConnectCluster) -> Credentials:
        if cluster.secret is None:
            return {}
        return read_credentials(cluster, session.client("secretsmanager", config=READ_RETRIES))

    return {cluster.name: ConnectRest(cluster, partial(credentials, cluster)) for cluster in clusters}


def read_credentials(cluster: KafkaConnectCluster, client: SecretsManagerClient) -> Credentials:
    """What the cluster's secret holds. Raises NotAllowed or Unreachable, which never tell its content."""
    what = f"{cluster.name}: secret {cluster.secret!r}"
    try:
        text = client.get_secret_value(SecretId=cluster.secret or "").get("SecretString", "")
    except (BotoCoreError, ClientError) as err:
        raise not_seen(what, err) from err
    try:
        return parse_credentials(text)
    except ValueError:
        raise NotAllowed(f"{what} is not {_EXPECTED}") from None  # the cause would carry the secret


def parse_credentials(text: str) -> Credentials:
    """Credentials in the form of model.KafkaConnectCluster. Raises ValueError."""
    content = json.loads(text)
    texts = isinstance(content, dict) and all(isinstance(value, str) for value in content.values())
    if not texts or not any(names <= content.keys() for names in _ONE_OF):
        raise ValueError(f"not {_EXPECTED}")
    return {str(name): value for name, value in content.items()}
