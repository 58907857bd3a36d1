"""Lambda's execution environments."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.runtime import runtime_python
from sandbox.session import SandboxSession

from .conftest import MakeFunction, zipped


def invoke(sandbox: SandboxSession, name: str, event: Any = None) -> tuple[str | None, Any]:
    answer = sandbox.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}))
    return answer.get("FunctionError"), json.load(answer["Payload"])


def log_lines(sandbox: SandboxSession, name: str) -> list[str]:
    events = sandbox.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [event["message"] for event in events]


def test_a_warm_environment_is_used_again(sandbox: SandboxSession, make_function: MakeFunction, name: str) -> None:
    make_function("import os\ncount = 0\ndef handler(e, c):\n    global count\n    count += 1\n    return count\n")
    assert [invoke(sandbox, name)[1] for _ in range(3)] == [1, 2, 3]
    init = [invocation.init_ms is None for invocation in sandbox.invocations(function=name)]
    assert init == [False, True, True]


def test_two_events_at_once_have_an_environment_each(
    sandbox: SandboxSession, make_function: MakeFunction, name: str
) -> None:
    make_function("import os, time\ndef handler(e, c):\n    time.sleep(0.5)\n    return os.getpid()\n")
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(invoke(sandbox, name)[1])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 2


def test_a_function_that_takes_too_long_is_ended_in_real_time(
    sandbox: SandboxSession, make_function: MakeFunction, name: str
) -> None:
    make_function("import time\ndef handler(e, c):\n    time.sleep(30)\n", Timeout=1)
    begun = time.monotonic()
    error, told = invoke(sandbox, name)
    assert 1 <= time.monotonic() - begun < 4
    assert (error, told["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert any("Task timed out after 1.00 seconds" in line for line in log_lines(sandbox, name))


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import not_in_the_artifact\ndef handler(e, c): ...\n", "Runtime.ImportModuleError"),
        ("import boto3\ndef handler(e, c): ...\n", "Runtime.ImportModuleError"),
        ("raise KeyError('x')\n", "KeyError"),
        ("def other(e, c): ...\n", "Runtime.HandlerNotFound"),
        ("def handler(e, c):\n    import os\n    os._exit(3)\n", "Runtime.ExitError"),
        ("def handler(e, c):\n    return {1, 2}\n", "Runtime.MarshalError"),
    ],
)
def test_what_breaks_a_function_is_told_as_lambda_does(
    sandbox: SandboxSession, make_function: MakeFunction, name: str, source: str, error: str
) -> None:
    make_function(source)
    assert invoke(sandbox, name)[1]["errorType"] == error


def test_a_broken_function_works_after_its_update(
    sandbox: SandboxSession, make_function: MakeFunction, name: str
) -> None:
    make_function("raise KeyError('x')\n")
    assert invoke(sandbox, name)[0] == "Unhandled"
    sandbox.client("lambda").update_function_code(
        FunctionName=name, ZipFile=zipped("def handler(e, c):\n    return 1\n")
    )
    assert invoke(sandbox, name) == (None, 1)


def test_a_function_has_lambdas_environment_and_nothing_of_the_developers(
    sandbox: SandboxSession, make_function: MakeFunction, name: str
) -> None:
    make_function(
        "import os\ndef handler(e, c):\n"
        "    return dict(os.environ, function=c.function_name, left=c.get_remaining_time_in_millis())\n",
        Environment={"Variables": {"OWN": "value"}},
        Timeout=9,
        MemorySize=512,
    )
    told = invoke(sandbox, name)[1]
    assert told["AWS_LAMBDA_FUNCTION_NAME"] == told["function"] == name
    assert (told["AWS_REGION"], told["OWN"], told["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) == ("us-east-1", "value", "512")
    assert told["AWS_ENDPOINT_URL"] == sandbox.endpoint
    assert 8_000 < told["left"] <= 9_000
    assert not {"HOME", "USER", "VIRTUAL_ENV", "MOTO_PORT"} & told.keys()


def test_a_layer_is_importable_and_a_later_one_lies_on_top(
    sandbox: SandboxSession, make_function: MakeFunction, name: str
) -> None:
    layers = []
    for number in (1, 2):
        content = {"ZipFile": zipped(f"NUMBER = {number}\n", "python/shared.py")}
        layer = sandbox.client("lambda").publish_layer_version(LayerName=f"{name}-{number}", Content=content)
        layers.append(layer["LayerVersionArn"])
    make_function("import shared\ndef handler(e, c):\n    return shared.NUMBER\n", Layers=layers)
    assert invoke(sandbox, name) == (None, 2)


def test_printed_lines_and_log_records_become_log_events(
    sandbox: SandboxSession, make_function: MakeFunction, name: str
) -> None:
    make_function(
        "import logging\ndef handler(e, c):\n    print('one')\n    print('two', end='')\n"
        "    logging.warning('three\\nlines')\n"
    )
    invoke(sandbox, name)
    lines = log_lines(sandbox, name)
    assert lines[0].startswith("INIT_START Runtime Version: python3.13")
    assert lines[1].startswith("START RequestId: ")
    assert {"one", "two"} < set(lines)
    assert any(line.startswith("[WARNING]") and line.endswith("three\nlines") for line in lines)
    assert lines[-1].startswith("REPORT RequestId: ")
    assert "Init Duration: " in lines[-1]


def test_more_at_once_than_reserved_is_throttled(
    sandbox: SandboxSession, make_function: MakeFunction, name: str
) -> None:
    make_function("import time\ndef handler(e, c):\n    time.sleep(1)\n")
    sandbox.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    busy = threading.Thread(target=invoke, args=(sandbox, name))
    busy.start()
    time.sleep(0.3)
    from botocore.config import Config

    with pytest.raises(ClientError) as err:
        sandbox.client("lambda", config=Config(retries={"total_max_attempts": 1})).invoke(FunctionName=name)
    busy.join()
    assert err.value.response["Error"]["Code"] == "TooManyRequestsException"


def test_a_successful_event_goes_to_its_destination(
    sandbox: SandboxSession, make_function: MakeFunction, make_queue: Any, name: str
) -> None:
    from .conftest import body_of, received

    url, arn = make_queue()
    make_function()
    client = sandbox.client("lambda")
    client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": arn}, "OnFailure": {}}
    )
    assert client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"a": 1}')["StatusCode"] == 202
    record = body_of(received(sandbox, url))
    assert record["requestContext"]["condition"] == "Success"
    assert record["responsePayload"]["seen"] == {"a": 1}


def test_the_runtime_holds_nothing_that_a_layer_should_bring(tmp_path: Path) -> None:
    python = runtime_python()
    packages = {path.name.split("-")[0] for path in python.parent.parent.glob("lib/*/site-packages/*.dist-info")}
    assert packages == {"awslambdaric", "pip", "simplejson", "snapshot_restore_py"}
