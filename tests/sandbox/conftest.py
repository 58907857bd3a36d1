"""One sandbox for all tests of this folder; tests keep apart by names of their own."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.records import Invocation
from sandbox.session import SandboxSession, start_sandbox

FACTOR = 100.0
MINUTE = 60 / FACTOR
"""Real seconds that a minute of AWS lasts in these tests."""

ECHO = """
import json, os, time
import logging
def handler(event, context):
    print("got " + json.dumps(event))
    if event.get("boom"):
        raise ValueError("boom")
    return {"seen": event, "region": os.environ["AWS_REGION"]}
"""


def zipped(source: str, name: str = "app.py") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, source)
    return held.getvalue()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxSession]:
    with start_sandbox(FACTOR) as session:
        session.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")
        yield session


@pytest.fixture
def name() -> str:
    return f"t-{uuid.uuid4().hex[:10]}"


type MakeFunction = Callable[..., str]


@pytest.fixture
def make_function(sandbox: SandboxSession, name: str) -> MakeFunction:
    """Makes a function called like the test's `name` (plus a suffix) and gives its ARN."""

    def make(source: str = ECHO, suffix: str = "", **settings: Any) -> str:
        answer = sandbox.client("lambda").create_function(
            FunctionName=name + suffix,
            Runtime="python3.13",
            Role="arn:aws:iam::123456789012:role/any",
            Handler="app.handler",
            Code={"ZipFile": zipped(source)},
            **{"Timeout": 5, **settings},
        )
        return str(answer["FunctionArn"])

    return make


@pytest.fixture
def invoked(sandbox: SandboxSession, name: str) -> Callable[..., list[Invocation]]:
    """Waits until the test's function has been invoked so often."""

    def wait(times: int = 1, timeout: float = 10.0, suffix: str = "") -> list[Invocation]:
        def enough() -> list[Invocation]:
            found = sandbox.invocations(function=name + suffix)
            return found if len(found) >= times else []

        return sandbox.wait_for(enough, timeout)

    return wait


@pytest.fixture
def table(sandbox: SandboxSession, name: str) -> str:
    """A table of the test's name whose items have the key `pk`."""
    sandbox.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    return name


@pytest.fixture
def make_queue(sandbox: SandboxSession, name: str) -> Callable[..., tuple[str, str]]:
    """Makes a queue and gives its URL and ARN."""

    def make(suffix: str = "", **attributes: str) -> tuple[str, str]:
        sqs = sandbox.client("sqs")
        url = sqs.create_queue(QueueName=name + suffix, Attributes=attributes)["QueueUrl"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, told["Attributes"]["QueueArn"]

    return make


def received(sandbox: SandboxSession, url: str, timeout: float = 10.0) -> dict[str, Any]:
    """The next message of a queue."""
    sqs = sandbox.client("sqs")

    def look() -> list[dict[str, Any]]:
        options = {"MessageAttributeNames": ["All"], "AttributeNames": ["All"]}
        return list(sqs.receive_message(QueueUrl=url, **options).get("Messages", []))

    return sandbox.wait_for(look, timeout)[0]


def body_of(message: dict[str, Any]) -> Any:
    return json.loads(message["Body"])
