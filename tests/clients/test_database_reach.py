"""Asking the function in the databases' network: not being told is not being away."""

from __future__ import annotations

import io
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from connectops.clients.database_reach import DatabaseReach
from connectops.errors import NotAllowed, ObservationFailed, Unreachable
from connectops.model import Endpoint

DATABASE = Endpoint("db.shop", 3306)
FUNCTION = "connectops-reach-database"


class Asked:
    """A reach whose function answers what the test says, checked against the service's model."""

    def __init__(self) -> None:
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
        client = session.client("lambda")
        self.stubber = Stubber(client)
        self.stubber.activate()
        self.now = 1000.0
        self.reach = DatabaseReach(FUNCTION, lambda: client, lambda: self.now)

    def answers(self, said: bytes, **more: Any) -> None:
        body = StreamingBody(io.BytesIO(said), len(said))
        expected = {"FunctionName": FUNCTION, "Payload": b'{"host": "db.shop", "port": 3306}'}
        self.stubber.add_response("invoke", {"StatusCode": 200, "Payload": body} | more, expected)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.mark.parametrize(
    ("said", "away"), [(b'{"away": null}', None), (b'{"away": "refuses connections"}', "refuses connections")]
)
def test_the_function_says_whether_and_why_a_database_is_away(asked: Asked, said: bytes, away: str | None) -> None:
    asked.answers(said)
    assert asked.reach.away(DATABASE) == away


@pytest.mark.parametrize(
    ("said", "more"),
    [
        (b'{"errorMessage": "2026 Task timed out after 5.00 seconds"}', {"FunctionError": "Unhandled"}),
        (b'{"errorMessage": "expected host and port"}', {}),
        (b"null", {}),
        (b"<html>", {}),
    ],
)
def test_a_function_that_does_not_say_is_not_a_database_that_is_away(
    asked: Asked, said: bytes, more: dict[str, str]
) -> None:
    asked.answers(said, **more)
    with pytest.raises(Unreachable, match="reach-database"):
        asked.reach.away(DATABASE)


def test_what_may_not_be_asked_says_so(asked: Asked) -> None:
    asked.stubber.add_client_error("invoke", "AccessDeniedException", "no", 403)
    with pytest.raises(NotAllowed, match="Invoke"):
        asked.reach.away(DATABASE)


def test_a_function_that_did_not_answer_is_left_alone_for_a_minute(asked: Asked) -> None:
    asked.stubber.add_client_error("invoke", "TooManyRequestsException", "later", 429)
    asked.answers(b'{"away": null}')
    for asked.now in (1000.0, 1059.9):
        with pytest.raises(ObservationFailed):
            asked.reach.away(DATABASE)
    asked.now = 1060.0
    assert asked.reach.away(DATABASE) is None
