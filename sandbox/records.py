"""What the sandbox writes down, shared by the server and its client. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["error", "latency", "timeout", "lost-answer", "kill-before", "kill-after"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an AWS API. `caller` is the function that made it, None for anybody else.

    `status` is the HTTP status that the caller got, 0 if it got none; `carried_out` says whether the call took effect.
    """

    number: int
    at: float
    service: str
    operation: str
    caller: str | None
    access_key: str
    parameters: dict[str, Any]
    status: int
    error: str | None = None
    carried_out: bool = True


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation of a function; `init_ms` is None when the environment was warm."""

    number: int
    at: float
    function: str
    request_id: str
    event: Any
    error: str | None
    result: Any
    duration_ms: float
    init_ms: float | None


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail that SNS would have sent."""

    number: int
    at: float
    to: str
    topic_arn: str
    subject: str
    body: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveWorker:
    """A real Kafka Connect worker behind a connector of the live sandbox; `log` is a path on this machine.

    `log_stream` is None where the connector delivers no logs to CloudWatch.
    """

    worker_id: str
    url: str
    pid: int
    log: str
    log_stream: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the next calls that fit. Patterns are those of `fnmatch`; durations are real seconds.

    error: answered with `code` and `status`, not carried out. latency: carried out after `seconds`.
    timeout: never carried out, the connection is cut after `seconds`. lost-answer: carried out, then the connection
    is cut. kill-before, kill-after: the process of the calling function is killed before or after it is carried out.
    It ends after `times` calls or, if given, `lasts` seconds after it was set.
    """

    kind: Kind
    service: str
    operation: str = "*"
    caller: str = "*"
    holds: str = ""
    """Text that the parameters (as JSON) must hold, such as the name of one connector."""
    code: str = "TooManyRequestsException"
    message: str = "Rate exceeded"
    status: int = 429
    seconds: float = 0.0
    times: int | None = 1
    lasts: float | None = None
