"""The stand-ins for Kafka Connect's REST API and for Slack."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.connect_rest import ConnectRest, basic
from sandbox.playback.playback import Playback
from sandbox.playback.recording import load
from sandbox.slack import SlackWebhook

RECORDED = Path(__file__).parent.parent / "samples" / "recorded"
AGES_AGO = 10_000.0


def asked(url: str, method: str = "GET", body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    answer = requests.request(method, url, json=body, headers=headers, timeout=5)
    try:
        return answer.status_code, answer.json(), dict(answer.headers)
    except ValueError:
        return answer.status_code, answer.content, dict(answer.headers)


def failed(name: str = "orders") -> Playback:
    """A connector whose task has died long ago."""
    return Playback(load(RECORDED / "a-unparseable-ddl"), time.time() - AGES_AGO, 20.0, name)


@pytest.fixture
def cluster() -> Iterator[ConnectRest]:
    with ConnectRest() as rest:
        rest.add(failed())
        yield rest


def test_a_cluster_says_its_version(cluster: ConnectRest) -> None:
    status, told, _ = asked(f"{cluster.url}/")
    assert (status, told["version"], sorted(told)) == (200, "3.7.2", ["commit", "kafka_cluster_id", "version"])


def test_connectors_are_told_with_status_and_info(cluster: ConnectRest) -> None:
    _, told, _ = asked(f"{cluster.url}/connectors?expand=status&expand=info")
    status, info = told["orders"]["status"], told["orders"]["info"]
    assert status["connector"] == {"state": "RUNNING", "worker_id": "10.0.0.1:8083"}
    assert (status["name"], status["type"]) == ("orders", "source")
    task = status["tasks"][0]
    assert (task["id"], task["state"]) == (0, "FAILED")
    assert task["trace"].startswith("org.apache.kafka.connect.errors.ConnectException")
    assert info["tasks"] == [{"connector": "orders", "task": 0}]
    assert info["config"]["name"] == "orders"


def test_connectors_without_expand_are_names(cluster: ConnectRest) -> None:
    assert asked(f"{cluster.url}/connectors")[1] == ["orders"]


def test_a_restart_with_its_tasks_is_accepted_and_tells_the_plan(cluster: ConnectRest) -> None:
    status, told, _ = asked(f"{cluster.url}/connectors/orders/restart?includeTasks=true&onlyFailed=true", "POST")
    assert status == 202
    assert [task["state"] for task in told["tasks"]] == ["RESTARTING"]
    assert told["connector"]["state"] == "RUNNING"
    assert cluster.restarts("orders") == 1


def test_a_restart_of_the_connector_alone_restarts_no_task(cluster: ConnectRest) -> None:
    assert asked(f"{cluster.url}/connectors/orders/restart", "POST")[0] == 204
    assert cluster.restarts("orders") == 0


def test_a_restart_of_the_task_restarts_it(cluster: ConnectRest) -> None:
    assert asked(f"{cluster.url}/connectors/orders/tasks/0/restart", "POST")[0] == 204
    assert cluster.restarts("orders") == 1


def test_a_worker_before_3_0_does_not_know_include_tasks() -> None:
    with ConnectRest("2.7.1") as old:
        old.add(failed())
        assert asked(f"{old.url}/connectors/orders/restart?includeTasks=true", "POST")[0] == 204
        assert old.restarts("orders") == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/connectors/other/status"),
        ("POST", "/connectors/other/restart"),
        ("POST", "/connectors/orders/tasks/7/restart"),
        ("GET", "/nowhere"),
    ],
)
def test_what_is_not_there_is_404_with_a_message(cluster: ConnectRest, method: str, path: str) -> None:
    status, told, _ = asked(cluster.url + path, method)
    assert (status, told["error_code"]) == (404, 404)
    assert told["message"]


def test_a_rebalance_refuses_changes_and_answers_questions(cluster: ConnectRest) -> None:
    cluster.rebalancing = True
    status, told, _ = asked(f"{cluster.url}/connectors/orders/restart", "POST")
    assert (status, told["error_code"]) == (409, 409)
    assert asked(f"{cluster.url}/connectors/orders/status")[0] == 200


def test_pause_and_resume_change_the_status(cluster: ConnectRest) -> None:
    assert asked(f"{cluster.url}/connectors/orders/pause", "PUT")[0] == 202
    assert asked(f"{cluster.url}/connectors/orders/status")[1]["connector"]["state"] == "PAUSED"
    assert asked(f"{cluster.url}/connectors/orders/resume", "PUT")[0] == 202
    assert asked(f"{cluster.url}/connectors/orders/status")[1]["connector"]["state"] == "RUNNING"


def test_who_has_the_wrong_password_is_not_let_in() -> None:
    with ConnectRest(authorization=basic("ops", "right")) as guarded:
        assert asked(f"{guarded.url}/", Authorization=basic("ops", "right"))[0] == 200
        assert asked(f"{guarded.url}/", Authorization=basic("ops", "wrong"))[0] == 401


def test_a_cluster_that_is_down_does_not_answer(cluster: ConnectRest) -> None:
    cluster.down = True
    with pytest.raises(OSError, match=r"closed|reset"):
        asked(f"{cluster.url}/")


@pytest.fixture
def slack() -> Iterator[SlackWebhook]:
    with SlackWebhook() as webhook:
        yield webhook


def test_a_message_is_kept(slack: SlackWebhook) -> None:
    status, body, _ = asked(slack.webhook, "POST", {"text": "hello"})
    assert (status, body) == (200, b"ok")
    assert [posted.payload for posted in slack.messages] == [{"text": "hello"}]


def test_a_limited_webhook_says_when_to_come_again_and_then_takes_it(slack: SlackWebhook) -> None:
    slack.limit(30)
    status, _, headers = asked(slack.webhook, "POST", {"text": "hello"})
    assert (status, headers["Retry-After"]) == (429, "30")
    assert asked(slack.webhook, "POST", {"text": "hello"})[0] == 200
    assert (slack.tries, len(slack.messages)) == (2, 1)


@pytest.mark.parametrize(("status", "text"), [(404, "no_service"), (500, "rollup_error")])
def test_a_refusing_webhook_keeps_nothing(slack: SlackWebhook, status: int, text: str) -> None:
    slack.refuse(status, text)
    assert asked(slack.webhook, "POST", {"text": "hello"})[:2] == (status, text.encode())
    assert not slack.messages


def test_a_silent_webhook_gives_no_answer(slack: SlackWebhook) -> None:
    slack.stay_silent(0.1)
    with pytest.raises(OSError, match=r"closed|reset"):
        asked(slack.webhook, "POST", {"text": "hello"})


@pytest.mark.parametrize("body", ["text", {"other": 1}])
def test_what_is_no_message_is_refused(slack: SlackWebhook, body: Any) -> None:
    assert asked(slack.webhook, "POST", body)[0] == 400
