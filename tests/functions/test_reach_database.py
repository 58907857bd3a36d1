"""The function in the databases' network, on real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from connectops.errors import MalformedEvent
from functions.reach_database import handler
from functions.reach_database.handler import lambda_handler

CONTEXT = LambdaContext()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def port_of(server: socket.socket) -> int:
    port: int = server.getsockname()[1]
    return port


def test_a_server_that_accepts_connections_is_not_away(listening: socket.socket) -> None:
    assert lambda_handler({"host": "127.0.0.1", "port": port_of(listening)}, CONTEXT) == {"away": None}


def test_a_server_that_is_down_refuses(listening: socket.socket) -> None:
    port = port_of(listening)
    listening.close()
    assert lambda_handler({"host": "127.0.0.1", "port": port}, CONTEXT) == {"away": "refuses connections"}


def test_a_server_that_is_full_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "PATIENCE", 0.2)
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        assert lambda_handler({"host": "127.0.0.1", "port": port_of(full)}, CONTEXT) == {
            "away": "does not answer within 0.2 s"
        }


def test_a_name_that_nobody_has_does_not_resolve() -> None:
    away = lambda_handler({"host": "db.invalid", "port": 3306}, CONTEXT)["away"]
    assert away == "has a name that does not resolve"


@pytest.mark.parametrize(
    "event",
    [{}, {"host": "db"}, {"host": "", "port": 1}, {"host": "db", "port": "3306"}, {"host": "db", "port": 65536}],
)
def test_an_event_without_a_host_and_a_port_says_what_was_expected(event: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent, match="host"):
        lambda_handler(event, CONTEXT)
