"""CloudWatch: metrics in scaled periods, and alarms on them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.aws.metrics import Datapoint, summarised
from sandbox.session import SandboxSession

from .conftest import MINUTE, MakeFunction


def query(name: str, number: int, period: int = 3, stat: str = "Average") -> dict[str, Any]:
    metric = {
        "Namespace": name,
        "MetricName": "Count",
        "Dimensions": [{"Name": "ConnectorName", "Value": f"c{number}"}],
    }
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def put(sandbox: SandboxSession, name: str, at: datetime, *values: float, number: int = 0) -> None:
    datum = {
        "MetricName": "Count",
        "Timestamp": at,
        "Values": list(values),
        "Dimensions": [{"Name": "ConnectorName", "Value": f"c{number}"}],
    }
    sandbox.client("cloudwatch").put_metric_data(Namespace=name, MetricData=[datum])


def test_periods_may_be_three_seconds_long(sandbox: SandboxSession, name: str) -> None:
    begin = datetime.fromtimestamp(int(time.time()) // 60 * 60 - 60, UTC)
    for second, value in ((0, 1.0), (2, 3.0), (3, 10.0), (9, 20.0)):
        put(sandbox, name, begin + timedelta(seconds=second), value)
    answer = sandbox.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query(name, 0)],
        StartTime=begin,
        EndTime=begin + timedelta(seconds=12),
        ScanBy="TimestampDescending",
    )
    result = answer["MetricDataResults"][0]
    assert result["Values"] == [20.0, 10.0, 2.0]
    assert [moment.second for moment in result["Timestamps"]] == [9, 3, 0]


def test_five_hundred_series_are_answered_at_once(sandbox: SandboxSession, name: str) -> None:
    begin = datetime.now(UTC) - timedelta(seconds=60)
    for number in range(500):
        put(sandbox, name, begin, float(number), number=number)
    queries = [query(name, number) for number in range(500)]
    begun = time.monotonic()
    answer = sandbox.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=begin - timedelta(seconds=600), EndTime=datetime.now(UTC)
    )
    assert time.monotonic() - begun < 2
    assert [result["Values"] for result in answer["MetricDataResults"]] == [[float(n)] for n in range(500)]


def test_a_series_without_a_datapoint_is_empty(sandbox: SandboxSession, name: str) -> None:
    now = datetime.now(UTC)
    answer = sandbox.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query(name, 0)], StartTime=now - timedelta(minutes=1), EndTime=now
    )
    assert answer["MetricDataResults"][0]["Values"] == []


def test_a_series_is_told_by_all_its_dimensions(sandbox: SandboxSession, name: str) -> None:
    now = datetime.now(UTC)
    put(sandbox, name, now, 1.0, number=1)
    found = sandbox.client("cloudwatch").list_metrics(Namespace=name)["Metrics"]
    assert [metric["Dimensions"] for metric in found] == [[{"Name": "ConnectorName", "Value": "c1"}]]
    without = query(name, 1)
    del without["MetricStat"]["Metric"]["Dimensions"]
    answer = sandbox.client("cloudwatch").get_metric_data(
        MetricDataQueries=[without], StartTime=now - timedelta(minutes=1), EndTime=now + timedelta(minutes=1)
    )
    assert answer["MetricDataResults"][0]["Values"] == []


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("Sum", 10), ("Average", 2.5), ("Minimum", 1), ("Maximum", 4), ("SampleCount", 4), ("p50", 2.5), ("p100", 4)],
)
def test_statistics_over_single_and_joined_values(statistic: str, value: float) -> None:
    assert summarised([Datapoint(0, (1, 2)), Datapoint(1, (3,)), Datapoint(1, (4,))], statistic) == value


def test_an_unknown_statistic_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="TM99"):
        summarised([Datapoint(0, (1,))], "TM99")


def alarmed(sandbox: SandboxSession, name: str, **settings: Any) -> str:
    """An alarm on the test's metric that tells a topic; gives the topic's ARN."""
    sns = sandbox.client("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    sandbox.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmActions=[topic],
        OKActions=[topic],
        **{
            "Namespace": name,
            "MetricName": "Count",
            "Statistic": "Sum",
            "Dimensions": [{"Name": "ConnectorName", "Value": "c0"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            **settings,
        },
    )
    return str(topic)


def alarm_state(sandbox: SandboxSession, name: str) -> str:
    alarms = sandbox.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarms[0]["StateValue"])


def states_told(sandbox: SandboxSession, topic: str) -> list[str]:
    return [json.loads(mail.body)["NewStateValue"] for mail in sandbox.mails(topic_arn=topic)]


def test_a_crossed_threshold_is_told_and_so_is_its_end(sandbox: SandboxSession, name: str) -> None:
    topic = alarmed(sandbox, name, TreatMissingData="notBreaching")
    sandbox.wait_for(lambda: alarm_state(sandbox, name) == "OK")
    put(sandbox, name, datetime.now(UTC), 1.0)
    sandbox.wait_for(lambda: alarm_state(sandbox, name) == "ALARM")
    sandbox.wait_for(lambda: alarm_state(sandbox, name) == "OK")
    assert states_told(sandbox, topic) == ["OK", "ALARM", "OK"]
    mail = sandbox.mails(topic_arn=topic)[1]
    assert mail.subject.startswith("ALARM: ")
    assert json.loads(mail.body)["AlarmName"] == name


def test_silence_alarms_where_missing_data_breaches(sandbox: SandboxSession, name: str) -> None:
    alarmed(
        sandbox,
        name,
        TreatMissingData="breaching",
        ComparisonOperator="LessThanThreshold",
        EvaluationPeriods=2,
    )
    begun = time.monotonic()
    sandbox.wait_for(lambda: alarm_state(sandbox, name) == "ALARM")
    assert time.monotonic() - begun > MINUTE


def test_silence_is_no_alarm_where_missing_data_does_not_breach(sandbox: SandboxSession, name: str) -> None:
    topic = alarmed(sandbox, name)
    time.sleep(2 * MINUTE)
    assert alarm_state(sandbox, name) == "INSUFFICIENT_DATA"
    assert states_told(sandbox, topic) == []


def test_errors_of_a_function_and_messages_of_a_queue_can_be_alarmed_on(
    sandbox: SandboxSession, make_function: MakeFunction, make_queue: Any, name: str
) -> None:
    make_function()
    url, _ = make_queue()
    alarmed(
        sandbox,
        f"{name}-f",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": name}],
    )
    alarmed(
        sandbox,
        f"{name}-q",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": name}],
        Statistic="Maximum",
    )
    sandbox.client("lambda").invoke(FunctionName=name, Payload=b'{"boom": true}')
    sandbox.client("sqs").send_message(QueueUrl=url, MessageBody="dead")
    sandbox.wait_for(lambda: alarm_state(sandbox, f"{name}-f") == "ALARM")
    sandbox.wait_for(lambda: alarm_state(sandbox, f"{name}-q") == "ALARM")
