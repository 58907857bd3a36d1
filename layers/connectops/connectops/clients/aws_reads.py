"""Reading from AWS: how often the SDK tries again, and what its errors mean. Only reads may be tried again."""

from __future__ import annotations

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from connectops.errors import NotAllowed, ObservationFailed, Unreachable

READ_RETRIES = Config(retries={"total_max_attempts": 3, "mode": "standard"}, connect_timeout=2, read_timeout=5)
"""Three silent tries take 20 seconds: a poll of a minute can still say that it saw nothing."""

_REFUSED_STATUS = {401, 403}
_REFUSED = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
}


def not_seen(what: str, err: BotoCoreError | ClientError) -> ObservationFailed:
    """Why something could not be read: NotAllowed where credentials or permissions are the reason, else Unreachable."""
    if isinstance(err, NoCredentialsError | PartialCredentialsError):
        return NotAllowed(f"{what}: there are no AWS credentials")
    if not isinstance(err, ClientError):
        return Unreachable(f"{what}: {err}")
    code = err.response["Error"].get("Code", "")
    if code in _REFUSED or err.response["ResponseMetadata"]["HTTPStatusCode"] in _REFUSED_STATUS:
        return NotAllowed(f"{what}: not allowed ({code})")
    return Unreachable(f"{what}: {code or 'no reason given'}")


def parameter_name(arn: str) -> str:
    """The name of an SSM parameter by its ARN, in which names lack their first slash."""
    name = arn.split(":", 5)[5].removeprefix("parameter/")
    return f"/{name}" if "/" in name else name
