"""Writes down every AWS API call that reaches moto, and lets it go wrong where a fault was ordered.

Patches `moto.core.responses.BaseResponse.call_action`, through which every service but S3 answers. An `AnswerLost`
passes through Flask up to werkzeug's `connection_dropped`, where the server closes the connection without an answer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from sandbox.aws.faults import AnswerLost
from sandbox.aws.world import World
from sandbox.records import Call, Fault

_UNTOLD = {"PutLogEvents", "Invoke"}
"""Operations whose parameters are other people's data and can be huge."""


class OrderedError(ServiceException):
    """An error that somebody ordered. moto looks its HTTP status and shape up in the model of the service called."""


def install(world: World) -> None:
    carry_out = BaseResponse.call_action

    def call_action(self: BaseResponse) -> TYPE_RESPONSE:
        call = _observe(world, self)
        fault = world.faults.take(call["service"], call["operation"], call["caller"], call["parameters"])
        try:
            answer = _with_fault(world, self, lambda: carry_out(self), fault, call)
        except AnswerLost as lost:
            carried_out = fault is not None and fault.kind in ("lost-answer", "kill-after")
            world.journal.call(Call(0, status=0, error=str(lost), carried_out=carried_out, **call))
            raise
        status = int(answer[0])
        carried_out = fault is None or fault.kind != "error"
        error = None if status < 400 else _error_code(answer)
        world.journal.call(Call(0, status=status, error=error, carried_out=carried_out, **call))
        return answer

    BaseResponse.call_action = call_action  # type: ignore[method-assign]


def _observe(world: World, response: BaseResponse) -> dict[str, Any]:
    operation = response._get_action() or ""
    return {
        "at": time.time(),
        "service": response.boto3_service_name,
        "operation": operation,
        "caller": world.functions.function_of(response.access_key),
        "access_key": response.access_key,
        "parameters": {} if operation in _UNTOLD else _parameters(response),
    }


def _parameters(response: BaseResponse) -> dict[str, Any]:
    if response.automated_parameter_parsing:
        return dict(getattr(response, "params", {}))
    try:
        body = json.loads(response.body)
    except (TypeError, ValueError):
        body = None
    if isinstance(body, dict):
        return {**response.uri_match, **body}
    return {**response.uri_match, **{key: values[0] for key, values in response.querystring.items() if values}}


def _with_fault(
    world: World,
    response: BaseResponse,
    carry_out: Callable[[], TYPE_RESPONSE],
    fault: Fault | None,
    call: dict[str, Any],
) -> TYPE_RESPONSE:
    if fault is None:
        return carry_out()
    match fault.kind:
        case "error":
            return _refused(response, fault)
        case "latency":
            world.stopping.wait(fault.seconds)
            return carry_out()
        case "timeout":
            world.stopping.wait(fault.seconds)
            raise AnswerLost("timed out")
        case "lost-answer":
            carry_out()
            raise AnswerLost("answer lost")
        case "kill-before":
            world.functions.kill(call["access_key"])
            raise AnswerLost("caller killed before the call")
        case "kill-after":
            carry_out()
            world.functions.kill(call["access_key"])
            raise AnswerLost("caller killed after the call")


def _refused(response: BaseResponse, fault: Fault) -> TYPE_RESPONSE:
    _, headers, body = response.serialized(ActionResult(OrderedError(fault.code, fault.message)))
    return fault.status, {**headers, "status": str(fault.status)}, body


def _error_code(answer: TYPE_RESPONSE) -> str:
    _, headers, body = answer
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    try:
        told = json.loads(text)
        code = told.get("__type") or told.get("code") or headers.get("x-amzn-errortype")
    except (ValueError, AttributeError):
        code = text.partition("<Code>")[2].partition("</Code>")[0] or headers.get("x-amzn-errortype")
    return str(code or "unknown").rpartition("#")[2]
