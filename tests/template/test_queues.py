"""Queues and retries: nothing is lost, nothing is done twice without need, no line of a worker is kept anywhere."""

from __future__ import annotations

import pytest

from tests.template.stack import FUNCTIONS, of_type, properties

FOURTEEN_DAYS = 14 * 24 * 3600
CONSUMERS = {"RespondToFindings": ("Findings", "FindingsQueue"), "NotifySlack": ("Notices", "SlackQueue")}


@pytest.mark.parametrize(("function", "source"), CONSUMERS.items())
def test_a_message_stays_hidden_for_six_times_the_function_s_timeout(function, source):
    _, queue = source
    assert properties(queue)["VisibilityTimeout"] >= 6 * properties(function)["Timeout"]


@pytest.mark.parametrize(("function", "source"), CONSUMERS.items())
def test_a_batch_fails_message_by_message(function, source):
    event, queue = source
    mapping = properties(function)["Events"][event]["Properties"]
    assert mapping["Queue"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert mapping["BatchSize"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


@pytest.mark.parametrize(
    ("queue", "dead_letters", "receives"),
    [("FindingsQueue", "FindingsDeadLetters", 3), ("SlackQueue", "SlackDeadLetters", 100)],
)
def test_what_cannot_be_handled_ends_in_the_dead_letters(queue, dead_letters, receives):
    redrive = properties(queue)["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [dead_letters, "Arn"]}
    assert redrive["maxReceiveCount"] == receives
    assert properties(queue).get("FifoQueue") == properties(dead_letters).get("FifoQueue")
    assert properties(dead_letters)["MessageRetentionPeriod"] == FOURTEEN_DAYS


def test_slack_may_be_away_for_an_hour():
    queue = properties("SlackQueue")
    assert queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"] > 3600
    assert queue["MessageRetentionPeriod"] == FOURTEEN_DAYS


def test_two_equal_looks_are_two_messages():
    assert properties("FindingsQueue")["FifoQueue"] is True
    assert properties("FindingsQueue")["ContentBasedDeduplication"] is False


def test_a_missed_look_is_not_made_up_for():
    look = properties("PollConnectors")
    never = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    assert look["Events"]["Interval"]["Properties"]["RetryPolicy"] == never
    assert look["EventInvokeConfig"] == never


def test_two_looks_are_two_scheduled_times():
    schedule = properties("PollConnectors")["Events"]["Interval"]["Properties"]
    assert schedule["Input"] == '{"scheduled_time": "<aws.scheduler.scheduled-time>"}'


def test_no_queue_or_topic_is_ever_handed_an_event_that_holds_lines():
    reader = properties("ReadWorkerLogs")
    assert reader["EventInvokeConfig"]["MaximumRetryAttempts"] == 2
    assert "DestinationConfig" not in reader["EventInvokeConfig"]
    assert not any("DeadLetterQueue" in properties(function) for function in FUNCTIONS)


def test_slack_gets_the_envelope_of_sns_which_its_function_reads():
    assert "RawMessageDelivery" not in properties("SlackSubscription")


def test_every_slot_of_worker_logs_delivers_every_line_to_the_reader():
    slots = of_type("AWS::Logs::SubscriptionFilter")
    assert len(slots) == 5
    for number, slot in enumerate(slots.values(), start=1):
        assert slot == {
            "LogGroupName": {"Ref": f"WorkerLogGroup{number}"},
            "FilterPattern": "",
            "DestinationArn": {"Fn::GetAtt": ["ReadWorkerLogs", "Arn"]},
        }


def test_queues_topics_and_the_table_can_have_a_key():
    for kind in ("AWS::SQS::Queue", "AWS::SNS::Topic"):
        for resource in of_type(kind).values():
            assert resource["KmsMasterKeyId"] == {
                "Fn::If": ["HasKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}],
            }
    _, encryption, _ = properties("Ledger")["SSESpecification"]["Fn::If"]
    assert encryption["KMSMasterKeyId"] == {"Ref": "KmsKeyArn"}
