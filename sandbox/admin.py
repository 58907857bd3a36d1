"""The client of the sandbox's admin API: what happened, and what shall go wrong. Durations are real seconds."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal
from urllib.parse import urlencode

from sandbox.records import Call, Fault, Invocation, LiveWorker, Mail

type Moment = Literal["before", "after"]
type Rollback = Literal["", "COMPLETE", "FAILED"]
"""Empty: there is none."""


class SandboxError(Exception):
    """The admin API refused; the text says why."""


class Sandbox:
    """`endpoint` is the URL that AWS clients use as well."""

    def __init__(self, endpoint: str, region: str = "us-east-1") -> None:
        self.endpoint = endpoint
        self.region = region

    # what happened

    def health(self) -> dict[str, Any]:
        """Endpoint and time factor."""
        return dict(self._request("GET", "health"))

    def calls(self, since: int = 0, **fields: str) -> list[Call]:
        """AWS calls with a number above `since`; fields such as `service="kafkaconnect"`, `caller=...` must match."""
        return [Call(**told) for told in self._journal("calls", since, fields)]

    def invocations(self, since: int = 0, **fields: str) -> list[Invocation]:
        """Invocations that have ended, such as those with `function=...`."""
        return [Invocation(**told) for told in self._journal("invocations", since, fields)]

    def mails(self, since: int = 0, **fields: str) -> list[Mail]:
        """What went to e-mail subscriptions of SNS topics."""
        return [Mail(**told) for told in self._journal("mails", since, fields)]

    def restarts(self, connector_arn: str, since: int = 0) -> list[Call]:
        """Calls of RestartConnector that took effect, by anybody."""
        found = self.calls(since, service="kafkaconnect", operation="RestartConnector")
        return [
            call
            for call in found
            if call.parameters.get("connectorArn") == connector_arn and call.carried_out and call.status in (0, 200)
        ]

    def workers(self, connector: str) -> list[LiveWorker]:
        """The real processes behind a connector of MSK Connect, oldest first; none without `live`."""
        found = self._request("GET", f"connectors/workers?{urlencode(self._of(connector))}")
        return [LiveWorker(**told) for told in found]

    # what shall go wrong

    def order(self, fault: Fault) -> None:
        self._request("POST", "faults", asdict(fault))

    def throttle(self, service: str, operation: str = "*", times: int = 1, lasts: float | None = None) -> None:
        """TooManyRequestsException for the next calls or for some time."""
        self.order(Fault("error", service, operation, times=times, lasts=lasts))

    def break_down(self, service: str, operation: str = "*", times: int = 1, lasts: float | None = None) -> None:
        """HTTP 500 for the next calls or for some time."""
        code, message = "InternalServerErrorException", "Internal server error"
        self.order(Fault("error", service, operation, code=code, message=message, status=500, times=times, lasts=lasts))

    def lose_answer(self, service: str, operation: str, times: int = 1) -> None:
        """The next calls are carried out, and their connections cut."""
        self.order(Fault("lost-answer", service, operation, times=times))

    def kill_when_calling(self, function: str, service: str, operation: str, moment: Moment = "before") -> None:
        """Kill the process of a function (a pattern) at its next call, `before` or `after` the call takes effect."""
        self.order(Fault("kill-before" if moment == "before" else "kill-after", service, operation, caller=function))

    def limit_logs(self, lines_a_second: int | None) -> None:
        """Workers that start from now on deliver so many lines a second at most; the rest is dropped."""
        self._request("POST", "switches", {"log_lines_a_second": lines_a_second})

    def limit_heap(self, megabytes: int) -> None:
        """Workers that start from now on have so much memory."""
        self._request("POST", "switches", {"worker_heap_mb": megabytes})

    def heal(self) -> None:
        """Forget all faults that were ordered."""
        self._request("DELETE", "faults")

    def deliver_twice(self, *, sqs: bool = True, sns: bool = True) -> None:
        """Deliver each message, or each notification to each subscriber, twice from now on."""
        self._request("POST", "switches", {"duplicate_sqs": sqs, "duplicate_sns": sns})

    # connectors and schedules

    def operations_take(self, seconds: float) -> None:
        """How long creating, updating, restarting, pausing and resuming a connector takes from now on."""
        self._request("POST", "switches", {"operation_seconds": seconds})

    def fail_connector(self, name: str, message: str, code: str = "UnknownError.Unknown") -> None:
        """The connector is FAILED, as MSK Connect says when its workers cannot run it."""
        self._request("POST", "connectors/fail", self._of(name, code=code, message=message))

    def fail_next_operation(
        self, name: str, message: str, code: str = "UnknownError.Unknown", rollback: Rollback = "COMPLETE"
    ) -> None:
        """The next operation on the connector ends as failed; `rollback` is how going back from an update ends."""
        asked = self._of(name, code=code, message=message, rollback=rollback)
        self._request("POST", "connectors/fail-next-operation", asked)

    def set_connector_state(self, name: str, state: str) -> None:
        self._request("POST", "connectors/state", self._of(name, state=state))

    def fire_schedule(self, name: str) -> None:
        self._request("POST", "schedules/fire", {"name": name})

    # waiting

    def wait_for[T](self, look: Callable[[], T], timeout: float = 20.0, every: float = 0.05) -> T:
        """The first true result of `look`. Raises TimeoutError with the last one."""
        ends = time.monotonic() + timeout
        while not (found := look()):
            if time.monotonic() >= ends:
                raise TimeoutError(f"after {timeout} s it was still {found!r}")
            time.sleep(every)
        return found

    def _of(self, name: str, **more: str) -> dict[str, str]:
        return {"region": self.region, "name": name, **more}

    def _journal(self, kind: str, since: int, fields: dict[str, str]) -> list[dict[str, Any]]:
        return list(self._request("GET", f"{kind}?{urlencode({'since': since, **fields})}"))

    def _request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_sandbox/{path}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as err:
            with err:
                raise SandboxError(json.load(err)["error"]) from err
