"""The watcher is watched: on every function and dead-letter queue, past every queue of its own."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connectops.tell.metrics import Count
from tests.template.stack import FUNCTIONS, ROOT, defaults, of_type, properties

ALARMS = of_type("AWS::CloudWatch::Alarm")
OURS = {name: alarm for name, alarm in ALARMS.items() if alarm["Namespace"] == "ConnectOps"}


def on(metric: str, dimension: Any = None) -> list[dict[str, Any]]:
    return [
        alarm
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric and dimension in (None, alarm["Dimensions"][0]["Value"])
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_has_an_alarm(function, metric):
    [alarm] = on(metric, {"Ref": function})
    assert (alarm["Namespace"], alarm["Threshold"]) == ("AWS/Lambda", 1)


def test_every_dead_letter_queue_has_an_alarm_for_its_first_message():
    dead = {name for name in of_type("AWS::SQS::Queue") if name.endswith("DeadLetters")}
    assert len(dead) == 3
    for queue in dead:
        [alarm] = on("ApproximateNumberOfMessagesVisible", {"Fn::GetAtt": [queue, "QueueName"]})
        assert (alarm["Threshold"], alarm["Statistic"]) == (1, "Maximum")


def test_every_queue_that_is_worked_off_has_an_alarm_for_waiting_messages():
    for queue in ("FindingsQueue", "SlackQueue"):
        assert on("ApproximateAgeOfOldestMessage", {"Fn::GetAtt": [queue, "QueueName"]})


def test_silence_of_the_poll_is_an_alarm():
    [alarm] = on(Count.POLL_COMPLETED)
    assert alarm["TreatMissingData"] == "breaching"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["EvaluationPeriods"] == {"Ref": "PollMissingMinutes"}
    assert alarm["Period"] == 60


def test_the_poll_is_missed_later_than_it_can_be_late():
    assert int(defaults()["PollMissingMinutes"]) > 1
    assert defaults()["PollInterval"] == "rate(1 minute)"


@pytest.mark.parametrize("name", sorted(ALARMS.keys() - {"PollMissing"}))
def test_silence_of_anything_else_is_none(name):
    assert ALARMS[name]["TreatMissingData"] == "notBreaching"


def test_quarantine_and_not_seeing_are_alarms():
    for count in (Count.CONNECTORS_QUARANTINED, Count.CONNECTORS_UNKNOWN, Count.CLUSTERS_UNKNOWN):
        assert len(on(count)) == 1


@pytest.mark.parametrize("name", OURS)
def test_an_alarm_on_our_own_metrics_names_one_that_exists(name):
    alarm = OURS[name]
    assert alarm["MetricName"] in list(Count)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]


@pytest.mark.parametrize("folder", FUNCTIONS.values())
def test_a_handler_leaves_the_name_of_its_metrics_to_the_template(folder):
    source = (ROOT / "functions" / folder / "handler.py").read_text()
    assert all("service" not in arguments for arguments in re.findall(r"Metrics\((.*?)\)", source))


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_told_begin_and_end_on_the_topic_that_no_function_stands_behind(name):
    assert ALARMS[name]["AlarmActions"] == ALARMS[name]["OKActions"] == [{"Ref": "AlarmsTopic"}]
    assert ALARMS[name]["AlarmDescription"].endswith(".")


def test_alarms_reach_people_directly():
    subscription = properties("AlarmEmailSubscription")
    assert (subscription["Protocol"], subscription["TopicArn"]) == ("email", {"Ref": "AlarmsTopic"})
    [statement] = properties("AlarmsMayBeTold")["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
