"""CloudWatch is moto's here; its answers on errors and partial data come from botocore's Stubber."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import ANY, Stubber
from moto import mock_aws
from mypy_boto3_cloudwatch import CloudWatchClient

from connectops.model import Flow, Tasks
from connectops.observe.task_metrics import SERIES_A_CALL, Measured, TaskMetrics

MINUTE = timedelta(minutes=1)
PERIOD, WINDOW = MINUTE, 10 * MINUTE


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC).replace(second=30, microsecond=0)


@pytest.fixture
def begin(now: datetime) -> datetime:
    """The begin of the current period."""
    return now.replace(second=0)


@pytest.fixture
def client() -> Iterator[CloudWatchClient]:
    with mock_aws():
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
        yield session.client("cloudwatch")


def put(client: CloudWatchClient, name: str, metric: str, at: datetime, value: float) -> None:
    dimensions = [{"Name": "ConnectorName", "Value": name}]
    data = {"MetricName": metric, "Dimensions": dimensions, "Timestamp": at + timedelta(seconds=5), "Value": value}
    client.put_metric_data(Namespace="AWS/KafkaConnect", MetricData=[data])  # type: ignore[list-item]


def put_tasks(client: CloudWatchClient, name: str, at: datetime, running: float, failed: float) -> None:
    put(client, name, "RunningTaskCount", at, running)
    put(client, name, "ErroredTaskCount", at, failed)


def put_flow(client: CloudWatchClient, at: datetime, periods: int, rate: float, *, metric: str = "Source") -> None:
    """One point in each of `periods` periods that end with the one that begins at `at`."""
    full = {"Source": "SourceRecordWriteRate", "Sink": "SinkRecordSendRate"}[metric]
    for back in range(periods):
        put(client, "orders", full, at - back * PERIOD, rate)


def measure(
    client: CloudWatchClient, now: datetime, *, flowing: tuple[str, ...] = (), period: timedelta = PERIOD
) -> Measured:
    return TaskMetrics(client, period, WINDOW).measure(["orders"], flowing, now)["orders"]


def test_tasks_are_those_of_the_latest_period(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_tasks(client, "orders", begin - 2 * MINUTE, 0, 3)
    put_tasks(client, "orders", begin - MINUTE, 2, 1)
    tasks = measure(client, now).tasks
    assert tasks == Tasks(running=2, failed=1, other=0, seen_at=begin - MINUTE)
    assert tasks.seen_at.tzinfo is UTC


def test_zero_tasks_are_zero_and_not_unseen(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_tasks(client, "orders", begin, 0, 0)
    assert measure(client, now).tasks == Tasks(0, 0, 0, begin)


def test_a_task_that_changes_sides_within_a_period_counts_once(
    client: CloudWatchClient, now: datetime, begin: datetime
) -> None:
    put_tasks(client, "orders", begin, 1, 0)
    put_tasks(client, "orders", begin + timedelta(seconds=10), 0, 1)
    assert measure(client, now).tasks == Tasks(running=0, failed=1, other=0, seen_at=begin)


def test_no_datapoint_is_not_zero(client: CloudWatchClient, now: datetime) -> None:
    assert measure(client, now, flowing=("orders",)) == Measured()


@pytest.mark.parametrize("metric", ["RunningTaskCount", "ErroredTaskCount"])
def test_one_of_two_counts_is_not_enough(client: CloudWatchClient, now: datetime, begin: datetime, metric: str) -> None:
    put(client, "orders", metric, begin, 1)
    assert measure(client, now).tasks is None


def test_counts_are_of_one_period(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_tasks(client, "orders", begin - MINUTE, 1, 0)
    put(client, "orders", "RunningTaskCount", begin, 0)
    assert measure(client, now).tasks == Tasks(1, 0, 0, begin - MINUTE)


def test_a_point_at_the_begin_of_the_window_counts(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_tasks(client, "orders", begin - WINDOW, 1, 0)
    assert measure(client, now).tasks == Tasks(1, 0, 0, begin - WINDOW)


def test_a_point_older_than_the_window_is_not_seen(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_tasks(client, "orders", begin - WINDOW - 2 * MINUTE, 1, 0)
    assert measure(client, now).tasks is None


def test_connectors_do_not_mix(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_tasks(client, "orders", begin, 1, 0)
    put_tasks(client, "orders-2", begin, 0, 1)
    found = TaskMetrics(client, PERIOD, WINDOW).measure(["orders", "orders-2", "orders-3"], (), now)
    assert {name: measured.tasks for name, measured in found.items()} == {
        "orders": Tasks(1, 0, 0, begin),
        "orders-2": Tasks(0, 1, 0, begin),
        "orders-3": None,
    }


@pytest.mark.parametrize("metric", ["Source", "Sink"])
def test_records_flowed_in_the_latest_period_with_a_rate(
    client: CloudWatchClient, now: datetime, begin: datetime, metric: str
) -> None:
    put_flow(client, begin, 2, 0, metric=metric)
    put_flow(client, begin - 2 * MINUTE, 3, 17.5, metric=metric)
    flow = Flow(begin - 4 * MINUTE, begin + MINUTE, begin - 2 * MINUTE)
    assert measure(client, now, flowing=("orders",)).flow == flow


def test_silence_over_the_whole_window_is_silence(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_flow(client, begin, 10, 0)
    assert measure(client, now, flowing=("orders",)).flow == Flow(begin - 9 * MINUTE, begin + MINUTE, None)


def test_late_datapoints_can_still_show_silence(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_flow(client, begin - 3 * MINUTE, 10, 0)
    assert measure(client, now, flowing=("orders",)).flow == Flow(begin - 12 * MINUTE, begin - 2 * MINUTE, None)


def test_silence_shorter_than_the_window_is_not_known(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_flow(client, begin, 9, 0)
    assert measure(client, now, flowing=("orders",)).flow is None


def test_silence_with_a_gap_is_not_known(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_flow(client, begin, 4, 0)
    put_flow(client, begin - 5 * MINUTE, 9, 0)
    assert measure(client, now, flowing=("orders",)).flow is None


def test_a_gap_does_not_hide_records(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_flow(client, begin, 4, 0)
    put_flow(client, begin - 5 * MINUTE, 1, 3)
    assert measure(client, now, flowing=("orders",)).flow == Flow(
        begin - 5 * MINUTE, begin + MINUTE, begin - 5 * MINUTE
    )


def test_flow_that_was_not_asked_for_is_not_seen(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    put_flow(client, begin, 10, 5)
    assert measure(client, now).flow is None


def test_periods_may_be_seconds(client: CloudWatchClient, now: datetime) -> None:
    period = timedelta(seconds=3)
    put_tasks(client, "orders", now - 2 * period, 1, 0)
    tasks = measure(client, now, period=period).tasks
    assert tasks
    assert (tasks.running, tasks.seen_at.timestamp() % 3) == (1, 0)


# ── what moto does not do ─────────────────────────────────────────────────────────────────────────────────────────────


def empty_answer(queries: int) -> dict[str, list[object]]:
    results = [{"Id": f"m{index}", "Timestamps": [], "Values": []} for index in range(queries)]
    return {"MetricDataResults": list[object](results)}


def test_only_tasks_are_paid_for_unless_flow_is_wanted(client: CloudWatchClient, now: datetime) -> None:
    with Stubber(client) as stubber:
        for flowing, series in (((), 4), (("a",), 6)):
            queries = [
                {"Id": f"m{index}", "MetricStat": {"Metric": ANY, "Period": 60, "Stat": ANY}} for index in range(series)
            ]
            expected = {
                "MetricDataQueries": queries,
                "StartTime": (now - WINDOW - 5 * PERIOD).replace(second=0),
                "EndTime": now,
                "ScanBy": "TimestampDescending",
            }
            stubber.add_response("get_metric_data", empty_answer(series), expected)
            TaskMetrics(client, PERIOD, WINDOW).measure(["a", "b"], flowing, now)
        stubber.assert_no_pending_responses()


def test_a_call_asks_for_500_series_at_most(client: CloudWatchClient, now: datetime) -> None:
    names = [f"c{number}" for number in range(SERIES_A_CALL // 2 + 1)]
    with Stubber(client) as stubber:
        stubber.add_response("get_metric_data", empty_answer(SERIES_A_CALL))
        stubber.add_response("get_metric_data", empty_answer(2))
        assert len(TaskMetrics(client, PERIOD, WINDOW).measure(names, (), now)) == len(names)
        stubber.assert_no_pending_responses()


def test_nothing_to_ask_is_not_asked(client: CloudWatchClient, now: datetime) -> None:
    with Stubber(client):
        assert TaskMetrics(client, PERIOD, WINDOW).measure([], (), now) == {}


def test_one_batch_that_fails_hides_no_other(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    names = [f"c{number}" for number in range(SERIES_A_CALL // 2 + 1)]
    seen = {"MetricDataResults": [{"Id": f"m{i}", "Timestamps": [begin], "Values": [1.0 - i]} for i in range(2)]}
    with Stubber(client) as stubber:
        stubber.add_client_error("get_metric_data", "Throttling", "Rate exceeded", 400)
        stubber.add_response("get_metric_data", seen)
        found = TaskMetrics(client, PERIOD, WINDOW).measure(names, (), now)
    assert found["c0"] == Measured(blind_because="CloudWatch: GetMetricData: Throttling")
    assert found["c250"] == Measured(tasks=Tasks(1, 0, 0, begin), running=(1, begin))


def test_a_series_may_come_in_pages(client: CloudWatchClient, now: datetime, begin: datetime) -> None:
    def page(at: datetime, running: float, failed: float) -> list[object]:
        values = {"m0": running, "m1": failed}
        return [
            {"Id": id_, "StatusCode": "PartialData", "Timestamps": [at], "Values": [value]}
            for id_, value in values.items()
        ]

    with Stubber(client) as stubber:
        stubber.add_response("get_metric_data", {"MetricDataResults": page(begin, 1, 0), "NextToken": "more"})
        stubber.add_response("get_metric_data", {"MetricDataResults": page(begin - MINUTE, 0, 1)})
        assert measure(client, now).tasks == Tasks(1, 0, 0, begin)


# ── a glance ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_glance_counts_what_runs_and_says_nothing_of_what_failed(
    client: CloudWatchClient, now: datetime, begin: datetime
) -> None:
    put_tasks(client, "orders", begin - MINUTE, 2, 1)
    put_flow(client, begin, 2, 3.0)
    seen = TaskMetrics(client, PERIOD, WINDOW).glance(["orders"], ["orders"], now)["orders"]
    assert (seen.running, seen.tasks, seen.flow) == (
        (2, begin - MINUTE),
        None,
        Flow(begin - MINUTE, begin + MINUTE, begin),
    )


def test_a_glance_pays_for_one_series_and_for_one_more_where_records_must_flow(
    client: CloudWatchClient, now: datetime
) -> None:
    with Stubber(client) as stubber:
        for flowing, series in (((), 2), (("a",), 3)):
            queries = [{"Id": f"m{index}", "MetricStat": ANY} for index in range(series)]
            expected = {"MetricDataQueries": queries, "StartTime": ANY, "EndTime": now, "ScanBy": ANY}
            stubber.add_response("get_metric_data", empty_answer(series), expected)
            TaskMetrics(client, PERIOD, WINDOW).glance(["a", "b"], flowing, now)
        stubber.assert_no_pending_responses()
