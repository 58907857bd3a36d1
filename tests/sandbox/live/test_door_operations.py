"""MSK Connect's operations as calls of a worker's REST API, without a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from sandbox.aws.kafkaconnect.resources import Operation
from sandbox.live.door import operations
from sandbox.live.door.job import WorkFailed
from sandbox.live.door.workers import ConnectorWorkers
from sandbox.live.worker import Refused

CONFIGURATION = {"connector.class": "x.Source"}


class Rest:
    """The workers of a connector `orders` with one task; `refusals` are answered instead, by method and path."""

    class _Never:
        def is_set(self) -> bool:
            return False

    class _Shape:
        release = "3.7.2"

    def __init__(self) -> None:
        self.name, self.ended, self.shape = "orders", self._Never(), self._Shape()
        self.connector, self.task = "RUNNING", "RUNNING"
        self.refusals: dict[str, Refused] = {}
        self.errors: list[str] = []
        self.calls: list[str] = []
        self.configurations: list[dict[str, str]] = []
        self.after: Callable[[str], None] = lambda _: None

    def call(self, method: str, path: str, body: Any = None, timeout: float = 90) -> Any:
        if path.endswith("/status"):
            connector = {"state": self.connector, "trace": "x.Boom: gone\n\tat x"}
            return {"connector": connector, "tasks": [{"id": 0, "state": self.task}]}
        self.calls.append(f"{method} {path}")
        if refusal := self.refusals.get(f"{method} {path}"):
            raise refusal
        if path.endswith("/validate"):
            return {"configs": [{"value": {"errors": self.errors}}]}
        if path.endswith("/config"):
            self.configurations.append(body)
        self.after(path)
        return None

    insist = call


@pytest.fixture
def rest() -> Rest:
    return Rest()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "PATIENCE", 0.2)
    monkeypatch.setattr(operations, "HEALTHY_FOR", 0.01)
    monkeypatch.setattr(operations, "LOOK", 0.005)


def workers(rest: Rest) -> ConnectorWorkers:
    return cast("ConnectorWorkers", rest)


def an_update() -> Operation:
    return Operation("arn", "connector", "UPDATE_CONNECTOR_CONFIGURATION", "UPDATE")


def failure(err: pytest.ExceptionInfo[WorkFailed]) -> tuple[str, str]:
    error = err.value.outcome.error or {}
    return error["code"], error["message"]


def test_a_connector_is_created_whatever_becomes_of_its_tasks(rest: Rest) -> None:
    rest.task = "FAILED"
    operations.create(workers(rest), CONFIGURATION)
    assert rest.configurations == [CONFIGURATION]


def test_a_configuration_that_is_refused_is_an_invalid_one(rest: Rest) -> None:
    rest.refusals["PUT /connectors/orders/config"] = Refused(400, "tasks.max is no number")
    with pytest.raises(WorkFailed) as err:
        operations.create(workers(rest), CONFIGURATION)
    assert failure(err) == (
        "InvalidInput.InvalidConnectorConfiguration",
        "The connector configuration is invalid. Message: tasks.max is no number",
    )


def test_a_connector_that_cannot_start_is_not_created(rest: Rest) -> None:
    rest.connector = "FAILED"
    with pytest.raises(WorkFailed) as err:
        operations.create(workers(rest), CONFIGURATION)
    assert failure(err) == ("UnknownError.Unknown", "x.Boom: gone")


def test_a_restart_takes_all_tasks_with_it(rest: Rest) -> None:
    operations.restart(workers(rest), only_failed_tasks=False)
    assert rest.calls == ["POST /connectors/orders/restart?includeTasks=true&onlyFailed=false"]


def test_a_restart_of_failed_tasks_leaves_the_others(rest: Rest) -> None:
    operations.restart(workers(rest), only_failed_tasks=True)
    assert rest.calls == ["POST /connectors/orders/restart?includeTasks=true&onlyFailed=true"]


def test_before_kafka_connect_3_connector_and_tasks_are_restarted_one_by_one(rest: Rest) -> None:
    rest.shape.release = "2.7.1"
    operations.restart(workers(rest), only_failed_tasks=False)
    assert rest.calls == ["POST /connectors/orders/restart", "POST /connectors/orders/tasks/0/restart"]


def test_a_restart_that_does_not_end_has_failed(rest: Rest) -> None:
    rest.task = "RESTARTING"
    with pytest.raises(WorkFailed, match="did not restart"):
        operations.restart(workers(rest), only_failed_tasks=False)


def test_a_restart_whose_task_fails_again_is_complete(rest: Rest) -> None:
    rest.task = "FAILED"
    operations.restart(workers(rest), only_failed_tasks=False)


def test_a_pause_is_complete_when_everything_is_paused(rest: Rest) -> None:
    with pytest.raises(WorkFailed, match="did not pause"):
        operations.pause(workers(rest))
    rest.connector = rest.task = "PAUSED"
    operations.pause(workers(rest))


def test_a_resumption_is_complete_when_nothing_is_paused(rest: Rest) -> None:
    rest.task = "PAUSED"
    with pytest.raises(WorkFailed, match="did not resume"):
        operations.resume(workers(rest))
    rest.task = "FAILED"
    operations.resume(workers(rest))


def test_an_update_that_validation_refuses_changes_nothing(rest: Rest) -> None:
    rest.errors = ["Unable to connect"]
    operation = an_update()
    with pytest.raises(WorkFailed, match="Unable to connect") as err:
        operations.validate(workers(rest), operation, CONFIGURATION)
    assert err.value.outcome.rollback == ""
    assert (operation.steps["INITIALIZE_UPDATE"], rest.configurations) == ("FAILED", [])


def test_validation_is_told_the_name_that_the_configuration_lacks(rest: Rest) -> None:
    operations.validate(workers(rest), an_update(), CONFIGURATION)
    assert rest.calls == ["PUT /connector-plugins/x.Source/config/validate"]


def update(rest: Rest, operation: Operation, *, check: bool) -> list[str]:
    """What was done, in its order."""
    done: list[str] = []
    operations.update(workers(rest), operation, lambda: done.append("change"), lambda: done.append("undo"), check=check)
    return done


def test_an_update_after_which_all_is_healthy_stays(rest: Rest) -> None:
    operation = an_update()
    assert update(rest, operation, check=True) == ["change"]
    assert (operation.steps["VALIDATE_UPDATE"], operation.rollback) == ("COMPLETED", "")


def test_an_update_with_which_the_task_fails_is_undone(rest: Rest) -> None:
    rest.task, operation = "FAILED", an_update()

    def undo() -> None:
        assert operation.state == "ROLLBACK_IN_PROGRESS"
        rest.task = "RUNNING"

    with pytest.raises(WorkFailed, match="not healthy after the update: RUNNING, FAILED") as err:
        operations.update(workers(rest), operation, lambda: None, undo, check=True)
    assert err.value.outcome.rollback == "COMPLETE"
    assert operation.steps["VALIDATE_UPDATE"] == "FAILED"


def test_an_update_that_cannot_be_undone_says_so(rest: Rest) -> None:
    rest.task = "FAILED"
    with pytest.raises(WorkFailed) as err:
        update(rest, an_update(), check=True)
    assert err.value.outcome.rollback == "FAILED"


def test_without_validation_of_health_a_failed_task_stops_no_update(rest: Rest) -> None:
    rest.task = "FAILED"
    assert update(rest, an_update(), check=False) == ["change"]


def test_a_connector_without_tasks_is_not_healthy(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_states", lambda _: ("RUNNING",))
    with pytest.raises(WorkFailed, match="not healthy"):
        update(rest, an_update(), check=True)
