"""Runs moto's Lambda functions for real: logs, metrics and the journal see each invocation.

Patches `moto.awslambda.models.LambdaFunction.invoke`, where every path of moto that invokes a function ends.
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend as lambda_backend

from sandbox.aws import metrics
from sandbox.aws.lambdas import asynchronous
from sandbox.aws.lambdas.spec import FunctionSpec, RunResult, Throttled
from sandbox.aws.world import World
from sandbox.records import Invocation


class TooManyRequests(LambdaClientError):
    """What Invoke answers when the reserved concurrency is used up."""

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")
        self.code = 429


def install(world: World) -> None:
    def invoke(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> bytes | str:
        payload = (body.encode() if isinstance(body, str) else body) or b"{}"
        kind = (request_headers or {}).get("x-amz-invocation-type", "RequestResponse")
        if kind == "Event":
            asynchronous.accept(world, self, payload)
            return ""
        if kind == "DryRun":
            return ""
        try:
            result = run(world, self, payload)
        except Throttled as err:
            raise TooManyRequests from err
        if result.error:
            response_headers["x-amz-function-error"] = result.error
        tail = "\n".join(result.log_lines).encode()[-4096:]
        response_headers["x-amz-log-result"] = base64.b64encode(tail).decode()
        response_headers["x-amz-executed-version"] = str(self.version)
        return result.payload

    LambdaFunction.invoke = invoke  # type: ignore[method-assign]


def function_at(arn: str) -> LambdaFunction:
    """The function of an ARN, qualified or not. Raises moto's UnknownFunctionException."""
    _, _, _, region, account, *_ = arn.split(":")
    return lambda_backend(account, region).get_function(arn)


def run(world: World, function: LambdaFunction, payload: bytes) -> RunResult:
    """One invocation with all its traces. Raises Throttled (counted as such, not as an invocation)."""
    spec = spec_of(function)
    at = time.time()
    try:
        result = world.functions.run(spec, payload)
    except Throttled:
        metrics.put(function.account_id, function.region, "AWS/Lambda", "Throttles", 1, FunctionName=spec.name)
        raise
    _write_log(function, result)
    for name, value in (
        ("Invocations", 1.0),
        ("Errors", float(result.error is not None)),
        ("Throttles", 0.0),
        ("Duration", result.duration_ms),
    ):
        metrics.put(function.account_id, function.region, "AWS/Lambda", name, value, FunctionName=spec.name)
    world.journal.invocation(
        Invocation(
            0,
            at,
            spec.name,
            result.request_id,
            _decoded(payload),
            result.error,
            _decoded(result.payload),
            result.duration_ms,
            result.init_ms,
        )
    )
    return result


def spec_of(function: LambdaFunction) -> FunctionSpec:
    """Cached on the function as long as nothing of it changes."""
    settings = (
        function.code_sha_256,
        function.handler,
        function.timeout,
        function.memory_size,
        function.reserved_concurrency,
        json.dumps(function.environment_vars, sort_keys=True, default=str),
        str(function.layers),
    )
    cached: tuple[object, FunctionSpec] | None = function.__dict__.get("_sandbox_spec")
    if cached and cached[0] == settings:
        return cached[1]
    layers = lambda_backend(function.account_id, function.region)
    versions = [layers.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
    reserved = function.reserved_concurrency
    spec = FunctionSpec(
        name=function.function_name,
        arn=function.function_arn,
        version=str(function.version),
        handler=str(function.handler),
        runtime=str(function.run_time),
        timeout=int(function.timeout),
        memory=int(function.memory_size),
        region=function.region,
        code=function.code_bytes,
        layers=tuple(version.code_bytes for version in versions if version),
        environment={name: str(value) for name, value in function.environment_vars.items()},
        concurrency=None if reserved is None else int(reserved),
    )
    function.__dict__["_sandbox_spec"] = (settings, spec)
    return spec


def _write_log(function: LambdaFunction, result: RunResult) -> None:
    logs, group = function.logs_backend, function.logs_group_name
    logs.ensure_log_group(group)
    if result.log_stream not in logs.groups[group].streams:
        logs.create_log_stream(group, result.log_stream)
    now_ms = int(time.time() * 1000)
    events = [{"timestamp": now_ms, "message": line} for line in result.log_lines]
    logs.put_log_events(group, result.log_stream, events)


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode("utf-8", "replace")
