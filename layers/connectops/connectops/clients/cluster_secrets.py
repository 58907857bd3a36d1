"""The credentials of self-managed clusters, from AWS Secrets Manager."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import not_seen
from connectops.clients.connect_rest import Credentials
from connectops.errors import NotAllowed
from connectops.model import KafkaConnectCluster

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_EXPECTED = "a JSON object with username and password, or token, or certificate and private_key; optionally ca"
_ONE_OF = ({"username", "password"}, {"token"}, {"certificate", "private_key"}, {"ca"})


def read_credentials(cluster: KafkaConnectCluster, client: SecretsManagerClient) -> Credentials:
    """What the cluster's secret holds; nothing if it has none. Raises NotAllowed or Unreachable, never its content."""
    if cluster.secret is None:
        return {}
    what = f"{cluster.name}: secret {cluster.secret!r}"
    try:
        text = client.get_secret_value(SecretId=cluster.secret).get("SecretString", "")
    except (BotoCoreError, ClientError) as err:
        raise not_seen(what, err) from err
    try:
        content = json.loads(text)
    except ValueError:
        raise NotAllowed(f"{what} is not {_EXPECTED}") from None  # the cause would carry the secret
    if not _is_usable(content):
        raise NotAllowed(f"{what} is not {_EXPECTED}")
    return {str(name): value for name, value in content.items()}


def _is_usable(content: object) -> bool:
    return (
        isinstance(content, dict)
        and all(isinstance(value, str) for value in content.values())
        and any(names <= content.keys() for names in _ONE_OF)
    )
