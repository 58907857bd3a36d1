import logging
import socket
import traceback
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parameters.base import BaseProvider

from connectops.clients.slack import SlackWebhook, post
from connectops.errors import MessageNotDelivered
from tests.slack_server import Answer, SlackServer, slack_server

MESSAGE = {"text": "hello"}
PATIENCE = timedelta(seconds=5)


def refusal(*answers: Answer) -> MessageNotDelivered:
    with slack_server(*answers) as server, pytest.raises(MessageNotDelivered) as caught:
        post(server.url, MESSAGE, PATIENCE)
    return caught.value


def test_a_message_that_slack_takes_is_posted_once() -> None:
    with slack_server() as server:
        post(server.url, MESSAGE, PATIENCE)

        assert server.posted == [MESSAGE]


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (400, "invalid_payload", "does not understand"),
        (403, "action_prohibited", "an administrator does not allow"),
        (404, "channel_not_found", "channel does not exist"),
        (404, "no_service", "webhook was removed"),
        (410, "channel_is_archived", "channel is archived"),
    ],
)
def test_what_slack_refuses_for_good_is_told_with_its_reason(status: int, code: str, meaning: str) -> None:
    error = refusal(Answer(status, code))

    assert error.permanent
    assert f"{status} {code} (" in str(error)
    assert meaning in str(error)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_pass_is_worth_another_try(status: int) -> None:
    error = refusal(Answer(status, "rollup_error"))

    assert not error.permanent
    assert error.retry_after_seconds is None


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), ("0", 0.0), ("-5", None), ("soon", None), ("", None), ("nan", None)]
)
def test_the_pause_that_slack_asks_for_is_kept_if_it_is_a_number(header: str, seconds: float | None) -> None:
    assert refusal(Answer(429, "rate_limited", {"Retry-After": header})).retry_after_seconds == seconds


def test_a_pause_asked_for_does_not_make_a_removed_webhook_worth_another_try() -> None:
    assert refusal(Answer(404, "no_service", {"Retry-After": "30"})).permanent


def test_an_answer_that_is_not_slacks_is_no_delivery() -> None:
    error = refusal(Answer(200, "<html>sign in</html>"))

    assert error.permanent
    assert "html" not in str(error)


def test_a_redirect_is_not_followed() -> None:
    with slack_server() as elsewhere:
        assert refusal(Answer(302, "", {"Location": elsewhere.url})).permanent
        assert elsewhere.paths == []


def test_a_server_that_never_answers_is_given_up_after_the_time_out() -> None:
    with slack_server(Answer(1)) as server, pytest.raises(MessageNotDelivered, match="ReadTimeout") as caught:
        post(server.url, MESSAGE, timedelta(milliseconds=100))

    assert not caught.value.permanent


def test_a_server_that_hangs_up_is_worth_another_try() -> None:
    assert not refusal(Answer(0)).permanent


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener.getsockname()[1]


def test_a_refused_connection_is_worth_another_try(closed_port: int) -> None:
    with pytest.raises(MessageNotDelivered, match="ConnectionError") as caught:
        post(f"http://127.0.0.1:{closed_port}/planted-secret", MESSAGE, PATIENCE)

    assert not caught.value.permanent


NO_ADDRESSES = [
    "",
    "planted-secret",
    '{"url": "https://planted-secret"}',
    "ftp://planted-secret/x",
    "https://[planted-secret",
    "https:///planted-secret",
]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_a_secret_that_is_no_web_address_is_refused_for_good(url: str) -> None:
    with pytest.raises(MessageNotDelivered, match="expected https://hooks") as caught:
        post(url, MESSAGE, PATIENCE)

    assert caught.value.permanent


@pytest.mark.parametrize(
    "answer",
    [Answer(0), Answer(1), Answer(404, "no_service"), Answer(500, "planted-secret"), Answer(302, "x")],
    ids=str,
)
def test_the_address_is_in_no_error_and_in_no_log(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with slack_server(answer) as server, pytest.raises(MessageNotDelivered) as caught:
        post(server.url, MESSAGE, timedelta(milliseconds=200))

    assert everything_about(caught.value).count("planted-secret") == 0
    assert "planted-secret" not in caplog.text


@pytest.mark.parametrize("url", [*NO_ADDRESSES, "http://127.0.0.1:1/planted-secret", "http://.planted-secret/"])
def test_the_address_is_in_no_error_when_nobody_answers(url: str) -> None:
    with pytest.raises(MessageNotDelivered) as caught:
        post(url, MESSAGE, timedelta(milliseconds=200))

    assert "planted-secret" not in everything_about(caught.value)


def everything_about(error: BaseException) -> str:
    told = "".join(traceback.format_exception(error))
    seen: BaseException | None = error
    while seen:
        told += repr(seen) + str(seen.args)
        seen = seen.__cause__ or seen.__context__
    return told


class Secrets(BaseProvider):
    """Powertools' provider with its cache over a list of values, one a fetch; the last one stays."""

    def __init__(self, *values: str | bytes | Exception) -> None:
        super().__init__()
        self.values = list(values)
        self.fetched: list[str] = []

    def _get(self, name: str, **_options: Any) -> str | bytes:
        self.fetched.append(name)
        value = self.values.pop(0) if len(self.values) > 1 else self.values[0]
        if isinstance(value, Exception):
            raise value
        return value

    def _get_multiple(self, path: str, **sdk_options: Any) -> dict[str, str]:
        raise NotImplementedError


def webhook(secrets: Secrets) -> SlackWebhook:
    return SlackWebhook("connectops/slack", secrets.get, PATIENCE)


def test_the_secret_is_fetched_once_for_many_messages() -> None:
    with slack_server() as server:
        secrets = Secrets(f"{server.url}\n")
        slack = webhook(secrets)

        slack.post(MESSAGE)
        slack.post(MESSAGE)

        assert len(server.posted) == 2
        assert secrets.fetched == ["connectops/slack"]


def test_after_a_rotation_the_new_address_is_used_at_once() -> None:
    with slack_server(Answer(404, "no_service")) as old, slack_server() as new:
        webhook(Secrets(old.url, new.url)).post(MESSAGE)

        assert new.posted == [MESSAGE]


def test_an_address_that_is_still_the_same_is_not_asked_twice() -> None:
    with slack_server(Answer(404, "no_service")) as server:
        with pytest.raises(MessageNotDelivered) as caught:
            webhook(Secrets(server.url)).post(MESSAGE)

        assert caught.value.permanent
        assert len(server.paths) == 1


def test_a_new_address_that_is_refused_too_is_the_end() -> None:
    with slack_server(Answer(403, "invalid_token")) as old, slack_server(Answer(404, "no_service")) as new:
        with pytest.raises(MessageNotDelivered, match="no_service") as caught:
            webhook(Secrets(old.url, new.url)).post(MESSAGE)

        assert caught.value.permanent
        assert (len(old.paths), len(new.paths)) == (1, 1)


def test_a_trouble_that_passes_does_not_fetch_the_secret_again(busy: SlackServer) -> None:
    secrets = Secrets(busy.url)

    with pytest.raises(MessageNotDelivered):
        webhook(secrets).post(MESSAGE)

    assert len(secrets.fetched) == 1


@pytest.fixture
def busy() -> Iterator[SlackServer]:
    with slack_server(Answer(503)) as server:
        yield server


def test_a_secret_that_cannot_be_read_is_worth_another_try() -> None:
    with pytest.raises(MessageNotDelivered, match=r"could not be read: .*AccessDenied") as caught:
        webhook(Secrets(RuntimeError("AccessDeniedException"))).post(MESSAGE)

    assert not caught.value.permanent


def test_a_binary_secret_is_refused_for_good() -> None:
    with pytest.raises(MessageNotDelivered, match="does not hold a URL") as caught:
        webhook(Secrets(b"https://hooks.slack.com/x")).post(MESSAGE)

    assert caught.value.permanent
