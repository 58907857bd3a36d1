"""The policy file where the deployment keeps it: an SSM parameter or an S3 object, named by its ARN.

Source: GetParameter in the Systems Manager API reference, GetObject in the S3 API reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import READ_RETRIES, not_seen, parameter_name
from connectops.errors import MalformedEvent

if TYPE_CHECKING:
    import boto3

MOST_BYTES = 64 * 1024
"""What fits into a message of the queue and an item of the table, whatever else stands there."""


class PolicySource:
    """Reads only; `arn` is that of the parameter or object, as the settings have checked it."""

    def __init__(self, arn: str, session: boto3.Session) -> None:
        self._arn = arn
        self._service, self._resource = arn.split(":")[2], arn.split(":", 5)[5]
        self._session = session
        self.name = self._resource

    def read(self) -> str:
        """The text. Raises Unreachable or NotAllowed; MalformedEvent if it is too long or no text."""
        try:
            raw = self._parameter() if self._service == "ssm" else self._object()
        except (BotoCoreError, ClientError) as err:
            raise not_seen(f"the policy file {self._resource}", err) from err
        if len(raw) > MOST_BYTES:
            raise MalformedEvent(f"the policy file {self._resource} is too long, expected {MOST_BYTES} bytes at most")
        try:
            return raw.decode()
        except UnicodeDecodeError as err:
            raise MalformedEvent(f"the policy file {self._resource} is not text in UTF-8: {err}") from err

    def _parameter(self) -> bytes:
        client = self._session.client("ssm", config=READ_RETRIES)
        answer = client.get_parameter(Name=parameter_name(self._arn))
        return str(answer["Parameter"]["Value"]).encode()

    def _object(self) -> bytes:
        bucket, _, key = self._resource.partition("/")
        client = self._session.client("s3", config=READ_RETRIES)
        return client.get_object(Bucket=bucket, Key=key)["Body"].read(MOST_BYTES + 1)
