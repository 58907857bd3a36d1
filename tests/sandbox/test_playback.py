"""Playing recordings: times, segments, flow; on MSK Connect and on a cluster."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.playback import header_times
from sandbox.playback.playback import Playback
from sandbox.playback.recording import Recording, load
from sandbox.player import Player
from sandbox.session import SandboxSession

from .conftest import FACTOR, MINUTE

RECORDED = Path(__file__).parent.parent / "samples" / "recorded"
LONG = 10_000.0


def recording(name: str) -> Recording:
    return load(RECORDED / name)


def played(name: str, factor: float = 1.0) -> Playback:
    return Playback(recording(name), 0.0, factor)


@pytest.mark.parametrize(
    ("line", "moment", "other"),
    [
        (
            "[2026-11-23 01:14:17,047] INFO hello",
            datetime(2026, 11, 23, 1, 14, 17, 47_000, UTC),
            "[2027-01-02 13:04:05,678] INFO hello",
        ),
        (
            "2026-11-23 01:14:17,047 INFO x",
            datetime(2026, 11, 23, 1, 14, 17, 47_000, UTC),
            "2027-01-02 13:04:05,678 INFO x",
        ),
        (
            "Nov 23, 2026 1:14:17 AM com.github.shyiko.mysql.binlog.BinaryLogClient connect",
            datetime(2026, 11, 23, 1, 14, 17, tzinfo=UTC),
            "Jan 2, 2027 1:04:05 PM com.github.shyiko.mysql.binlog.BinaryLogClient connect",
        ),
    ],
)
def test_a_header_keeps_its_layout_with_another_time(line: str, moment: datetime, other: str) -> None:
    assert header_times.read(line) == moment
    assert header_times.written(line, datetime(2027, 1, 2, 13, 4, 5, 678_000, UTC)) == other


@pytest.mark.parametrize("line", ["\tat java.base/java.lang.Thread.run", "Caused by: x", "INFO: connected", ""])
def test_a_continuation_has_no_time_and_stays_as_it_is(line: str) -> None:
    assert header_times.read(line) is None
    assert header_times.written(line, datetime.now(UTC)) == line


@pytest.mark.parametrize("name", sorted(folder.name for folder in RECORDED.iterdir() if folder.is_dir()))
def test_every_recording_plays_all_its_lines_in_order_and_ends_in_a_state(name: str) -> None:
    playback = played(name)
    lines = playback.due(LONG)
    assert lines
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert playback.over
    assert playback.status(LONG) is not None


def test_lines_come_when_they_are_due_and_only_once() -> None:
    playback = played("a-db-restart")
    whole = len(played("a-db-restart").due(LONG))
    early = playback.due(5.0)
    late = playback.due(LONG)
    assert 0 < len(early) < whole
    assert len(early) + len(late) == whole
    assert playback.due(LONG) == []


def test_distances_between_lines_are_divided_by_the_factor() -> None:
    begin = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    once, fast = (Playback(recording("a-db-restart"), begin, factor).due(begin + LONG) for factor in (1.0, 20.0))
    stamps = [[header_times.read(line.text) for line in lines] for lines in (once, fast)]
    first, last = ([moment for moment in some if moment and moment.microsecond] for some in stamps)
    assert first[0] is not None
    slow_span, fast_span = (max(some) - min(some) for some in (first, last))
    assert slow_span / 20 == pytest.approx(fast_span, abs=timedelta(milliseconds=2))


def test_what_is_played_never_lies_in_the_future() -> None:
    begin = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    playback = Playback(recording("a-db-restart"), begin, 20.0)
    for step in range(1, 40):
        now = begin + step / 10
        stamps = [stamp for line in playback.due(now) if (stamp := header_times.read(line.text))]
        assert all(stamp.timestamp() <= now + 0.001 for stamp in stamps)


def test_lines_of_other_connectors_of_the_worker_are_left_out() -> None:
    texts = "\n".join(line.text for line in played("a-noise-quiet").due(LONG))
    contexts = set(re.findall(r"\[([\w-]+)\|(?:task-\d+|worker)", texts))
    assert contexts == {"noise-quiet"}


def test_another_name_takes_the_place_of_the_recorded_one() -> None:
    playback = Playback(recording("a-db-restart"), 0.0, 1.0, name="orders")
    texts = "\n".join(line.text for line in playback.due(LONG))
    assert "[orders|task-0]" in texts
    assert not re.search(r"(?<![\w.-])db-restart(?![\w-])", texts)


def test_a_silent_stop_says_running_and_moves_nothing() -> None:
    playback = played("a-db-restart")
    end = playback.duration()
    healthy_until = 4.0
    assert playback.flowing(0.0, healthy_until)
    status = playback.status(end)
    assert status is not None
    assert (status.connector, status.tasks) == ("RUNNING", ("RUNNING",))
    assert not playback.flowing(end - 1, end)


def test_a_silent_stop_is_silent_until_the_restart_even_where_the_recorder_wrote_late() -> None:
    playback = played("a-db-restart")
    opening = [line.text for line in playback.due(playback.duration())]
    assert any("Stopped reading binlog" in text for text in opening)
    assert not any("Finished streaming" in text or "Stopping task" in text for text in opening)


def test_a_restart_that_cured_in_the_recording_cures() -> None:
    playback = played("a-db-restart")
    end = playback.duration()
    playback.due(end)
    assert playback.restart(end)
    lines = playback.due(end + LONG)
    assert any("Starting MySqlConnectorTask" in line.text for line in lines)
    assert playback.flowing(end + LONG, end + LONG)


def test_a_restart_that_came_too_early_fails_and_the_next_one_cures() -> None:
    playback = played("a-db-down")
    end = playback.duration()
    playback.restart(end)
    after_first = playback.status(end + LONG)
    assert after_first is not None
    assert after_first.tasks == ("FAILED",)
    assert not playback.flowing(end + LONG, end + LONG)
    playback.restart(end + LONG)
    playback.due(end + 2 * LONG)
    assert playback.flowing(end + 2 * LONG, end + 2 * LONG)


def test_a_restart_of_what_must_not_be_restarted_fails_again_however_often() -> None:
    playback = played("a-binlog-purged")
    now = LONG
    for _ in range(4):
        playback.restart(now)
        lines = playback.due(now + LONG)
        status = playback.status(now + LONG)
        assert lines
        assert status is not None
        assert status.tasks == ("FAILED",)
        now += LONG


def test_a_restart_that_was_not_recorded_changes_nothing() -> None:
    playback = played("a-noise-quiet")
    playback.due(LONG)
    assert not playback.restart(LONG)
    assert playback.due(2 * LONG) == []
    assert playback.flowing(2 * LONG, 2 * LONG)


def test_a_failed_task_shows_its_whole_trace() -> None:
    found = recording("a-binlog-purged")
    status = next(status for status in found.statuses if status.trace_head)
    trace = found.trace_of(status)
    assert trace is not None
    assert trace.startswith((status.trace_head or "").split("\n")[0][:60])
    assert "\tat " in trace


def test_a_recording_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path)


def values(sandbox: SandboxSession, connector: str, metric: str) -> list[float]:
    stat = {
        "Metric": {
            "Namespace": "AWS/KafkaConnect",
            "MetricName": metric,
            "Dimensions": [{"Name": "ConnectorName", "Value": connector}],
        },
        "Period": 1,
        "Stat": "Maximum",
    }
    now = datetime.now(UTC)
    answer = sandbox.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "q", "MetricStat": stat}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(seconds=2),
        ScanBy="TimestampAscending",
    )
    return list(answer["MetricDataResults"][0]["Values"])


def test_a_restart_by_the_api_plays_what_followed_on_msk_connect(sandbox: SandboxSession, name: str) -> None:
    group = f"/{name}"
    with Player(sandbox) as player:
        playing = player.play_on_msk_connect(recording("a-db-restart"), group, name, {"team": "data"})
        sandbox.wait_for(lambda: playing.playback.over)
        sandbox.wait_for(lambda: values(sandbox, name, "SourceRecordWriteRate")[-2:] == [0.0, 0.0])
        assert values(sandbox, name, "RunningTaskCount")[-1] == 1.0
        sandbox.client("kafkaconnect").restart_connector(connectorArn=playing.arn)
        sandbox.wait_for(lambda: values(sandbox, name, "SourceRecordWriteRate")[-1] > 0)
    assert playing.arn
    assert len(sandbox.restarts(playing.arn)) == 1
    assert playing.playback.restarts == 1
    events = sandbox.client("logs").filter_log_events(logGroupName=group)["events"]
    assert all(re.match(r"\[Worker-[0-9a-f]{17}\] ", event["message"]) for event in events)
    grain = 1000 / FACTOR
    assert all(abs(event["timestamp"] / grain - round(event["timestamp"] / grain)) < 0.1 for event in events)


def test_a_failed_task_is_counted_and_has_no_rate(sandbox: SandboxSession, name: str) -> None:
    with Player(sandbox) as player:
        playing = player.play_on_msk_connect(recording("a-unparseable-ddl"), f"/{name}", name)
        sandbox.wait_for(lambda: playing.playback.over)
        sandbox.wait_for(lambda: values(sandbox, name, "ErroredTaskCount")[-1:] == [1.0])
        rates = len(values(sandbox, name, "SourceRecordWriteRate"))
        time.sleep(2 * MINUTE)
        assert len(values(sandbox, name, "SourceRecordWriteRate")) == rates
    assert values(sandbox, name, "RunningTaskCount")[-1] == 0.0


def test_lines_of_a_cluster_have_no_prefix(sandbox: SandboxSession, name: str) -> None:
    with Player(sandbox) as player:
        playing = player.play_on_a_cluster(recording("a-unparseable-ddl"), f"/{name}", name)
        sandbox.wait_for(lambda: playing.playback.over)
        found: Any = sandbox.wait_for(
            lambda: sandbox.client("logs").filter_log_events(logGroupName=f"/{name}")["events"]
        )
    assert found[0]["message"].startswith("[20")
    assert playing.arn is None
