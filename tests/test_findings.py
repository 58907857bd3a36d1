"""The queue's messages: what goes in comes out, duplicates look alike, two looks do not."""

from __future__ import annotations

from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from connectops.errors import MalformedEvent, MessageNotDelivered
from connectops.findings import FindingsQueue, decode, deduplication_id, encode, message_group
from connectops.model import ConnectorId, Life, Mode, Platform, StandingOrder
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, a_diagnosis, a_look, a_sign, a_suspicion, finding

CONTENTS = [a_look(records_at=NOW, tags=(("owner", "team-a"),)), a_diagnosis(), a_suspicion(), a_sign(Life.RECORDS)]


@pytest.mark.parametrize("content", CONTENTS, ids=["look", "diagnosis", "suspicion", "sign"])
def test_a_finding_survives_the_queue(content):
    sent = finding(content)
    assert decode(encode(sent)) == sent


ORDERS_STANDING = [StandingOrder("alice", NOW, NOW + MINUTE, mode=Mode.OFF), StandingOrder("file", NOW, policy="x: é")]


@pytest.mark.parametrize("order", ORDERS_STANDING, ids=["mode", "policy"])
def test_a_standing_order_survives_the_queue(order):
    assert decode(encode(order)) == order


def test_the_same_policy_file_is_a_duplicate_however_often_it_is_read_and_two_orders_of_a_mode_are_none():
    mode, policy = ORDERS_STANDING
    assert deduplication_id(policy) == deduplication_id(replace(policy, at=NOW + MINUTE))
    assert deduplication_id(mode) != deduplication_id(replace(mode, at=NOW + MINUTE))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("not json", "malformed"),
        ("{}", "missing required field"),
        ('{"schema": 1, "finding": {"connector": 3}}', "Expected `object`"),
        (encode(finding(a_look())).replace('"schema":1', '"schema":2', 1), "schema 2, expected 1"),
        (encode(replace(finding(a_look()), diagnosis=a_diagnosis())), "exactly one"),
        (encode(replace(finding(a_look()), look=None)), "exactly one"),
        ('{"schema": 1}', "exactly one of finding and standing"),
        (encode(StandingOrder("alice", NOW)), "exactly one of mode, policy"),
    ],
)
def test_a_foreign_body_is_malformed_and_said_to_be(body, said):
    with pytest.raises(MalformedEvent, match=said):
        decode(body)


def test_the_same_look_has_one_deduplication_id_and_two_looks_have_two():
    first, again, later = finding(a_look()), finding(a_look()), finding(a_look(NOW + MINUTE))
    assert deduplication_id(first) == deduplication_id(again) != deduplication_id(later)


def test_a_look_and_a_line_of_the_same_origin_are_not_duplicates():
    look, line = finding(a_look()), finding(a_diagnosis())
    assert deduplication_id(replace(look, origin="x")) != deduplication_id(replace(line, origin="x"))


def test_connectors_of_the_same_name_in_two_clusters_are_two_groups():
    assert message_group(ORDERS) != message_group(ONPREM)


@given(st.text(min_size=1, max_size=300))
def test_every_name_makes_a_legal_message_group(name):
    group = message_group(ConnectorId(Platform.KAFKA_CONNECT, "onprem", name))
    assert group.isascii()
    assert group.isalnum()
    assert len(group) <= 128


@mock_aws
def test_findings_are_sent_in_batches_of_ten():
    sqs = boto3.client("sqs", region_name="us-east-1")
    url = sqs.create_queue(QueueName="findings.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    assert FindingsQueue(url, sqs).send(finding(a_look(NOW + n * MINUTE)) for n in range(23)) == 23
    depth = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    assert depth["Attributes"]["ApproximateNumberOfMessages"] == "23"


def test_what_the_queue_refuses_is_an_error_after_the_rest_was_sent():
    sqs = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    refusal = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
    with Stubber(sqs) as stub:
        stub.add_response("send_message_batch", {"Successful": [], "Failed": [refusal]})
        stub.add_response("send_message_batch", {"Successful": [], "Failed": []})
        with pytest.raises(MessageNotDelivered, match="1 findings refused by the queue: InternalError"):
            FindingsQueue("https://queue", sqs).send([finding(a_look(NOW + n * MINUTE)) for n in range(11)])
        stub.assert_no_pending_responses()
