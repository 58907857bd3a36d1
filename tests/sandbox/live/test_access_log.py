"""Restarts that reached a worker are read from its access log, in the layout of each version."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.live.access_log import AccessLog

NEW = '[2026-11-23 01:29:54,701] INFO 127.0.0.1 - - [23/Nov/2026:01:29:54 +0000] "POST /connectors/orders/restart?includeTasks=true&onlyFailed=true HTTP/1.1" 202 188 "" "python-requests/2.32.3" 34 (org.apache.kafka.connect.runtime.rest.RestServer:57)'
OF_3_7 = '[2026-11-23 01:29:54,701] INFO 127.0.0.1 - - [23/Nov/2026:01:29:54 +0000] "POST /connectors/orders/restart?includeTasks=true&onlyFailed=true HTTP/1.1" 202 188 "-" "python-requests/2.32.3" 34 (org.apache.kafka.connect.runtime.rest.RestServer:62)'
OF_2_7 = '[2026-11-23 01:29:54,701] INFO 127.0.0.1 - - [23/Nov/2026:01:29:54 +0000] "POST /connectors/orders/restart HTTP/1.1" 204 0 "-" "python-requests/2.32.3" 34 (org.apache.kafka.connect.runtime.rest.RestServer:62)'
ITS_TASK = OF_2_7.replace("54,701", "54,820").replace("/restart ", "/tasks/0/restart ")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


def count(log: Path, *lines: str) -> int:
    log.write_text("".join(f"{line}\n" for line in lines))
    return len(AccessLog(log).restarts("orders"))


@pytest.mark.parametrize("line", [NEW, OF_3_7, OF_2_7])
def test_a_restart_counts_in_the_layout_of_each_version(log: Path, line: str) -> None:
    assert count(log, line) == 1


def test_connector_and_task_one_after_the_other_are_one_restart(log: Path) -> None:
    assert count(log, OF_2_7, ITS_TASK) == 1


def test_two_restarts_some_time_apart_are_two(log: Path) -> None:
    assert count(log, NEW, NEW.replace("01:29:54,701", "01:30:12,000")) == 2


def test_a_restart_by_a_person_does_not_count(log: Path) -> None:
    assert count(log, NEW.replace("python-requests/2.32.3", "person")) == 0


def test_a_restart_that_was_refused_does_not_count(log: Path) -> None:
    assert count(log, NEW.replace(" 202 188", " 409 120")) == 0


def test_a_restart_that_failed_on_the_way_counts_because_it_may_have_begun(log: Path) -> None:
    assert count(log, NEW.replace(" 202 188", " 500 120")) == 1


def test_a_restart_of_another_connector_does_not_count(log: Path) -> None:
    assert count(log, NEW.replace("/orders/", "/orders-2/")) == 0


def test_a_look_is_no_restart(log: Path) -> None:
    assert count(log, NEW.replace("POST /connectors/orders/restart?", "GET /connectors/orders/status?")) == 0


def test_what_comes_later_is_added_to_what_was_read(log: Path) -> None:
    log.write_text(f"{NEW}\n")
    access = AccessLog(log)
    assert len(access.restarts("orders")) == 1
    with log.open("a") as more:
        more.write(NEW.replace("01:29:54,701", "01:30:12,000"))
    assert len(access.restarts("orders")) == 1, "its end was not written yet"
    with log.open("a") as more:
        more.write("\n")
    assert len(access.restarts("orders")) == 2
