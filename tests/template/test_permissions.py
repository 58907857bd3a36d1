"""Each function may do what its code does, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectops import descriptions, facts
from connectops.model import ConnectorId, Platform
from connectops.newest_items import key_of
from tests.template.api_calls import reachable_operations
from tests.template.stack import FUNCTIONS, ROOT, properties, template

BY_ANOTHER_NAME = {
    ("sqs", "SendMessageBatch"): "sqs:SendMessage",
    ("dynamodb", "TransactWriteItems"): "dynamodb:PutItem",
    ("lambda", "Invoke"): "lambda:InvokeFunction",
}
"""Where an operation asks for an action that is not called like it (Service Authorization Reference)."""
FOR_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
}
"""What Lambda does in the function's name: writing its logs, reading its queue."""
ON_EVERYTHING = {"kafkaconnect:ListConnectors", "cloudwatch:GetMetricData"}
"""Actions for which AWS knows no resource."""


def statements(document: dict[str, Any]) -> Iterator[tuple[set[str], list[Any]]]:
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        actions, resource = statement["Action"], statement["Resource"]
        yield (
            {actions} if isinstance(actions, str) else set(actions),
            resource if isinstance(resource, list) else [resource],
        )


def managed_policies(role: str) -> list[str]:
    """Logical ids; each is attached on a condition, which may be that of the role."""
    found = []
    for attached in properties(role)["ManagedPolicyArns"]:
        if "Ref" in attached:
            assert "Condition" in template()["Resources"][role]
            found.append(attached["Ref"])
            continue
        _, policy, otherwise = attached["Fn::If"]
        assert otherwise == {"Ref": "AWS::NoValue"}
        found.append(policy["Ref"])
    return found


def granted(function: str) -> list[tuple[set[str], list[Any]]]:
    """Every statement of a function's role, whatever the parameters, without those for a key and a VPC."""
    role = properties(function)["Role"]["Fn::GetAtt"][0]
    documents = [policy["PolicyDocument"] for policy in properties(role)["Policies"]]
    documents += [
        properties(policy)["PolicyDocument"] for policy in managed_policies(role) if policy not in ("UseKey", "UseVpc")
    ]
    return [statement for document in documents for statement in statements(document)]


def actions(function: str) -> set[str]:
    return {action for names, _ in granted(function) for action in names}


@pytest.mark.parametrize(("function", "folder"), FUNCTIONS.items())
def test_a_function_may_do_exactly_what_its_code_can_reach(function, folder):
    handler = ROOT / "functions" / folder / "handler.py"
    assert handler.exists()
    needed = {BY_ANOTHER_NAME.get(call, f"{call.service}:{call.name}") for call in reachable_operations(handler)}
    assert actions(function) - FOR_LAMBDA == needed


def test_only_the_one_who_decides_may_change_a_connector():
    reading = ("List", "Describe")
    changing = {
        function: {action for action in actions(function) if action.startswith("kafkaconnect:")}
        - {action for action in actions(function) if action.split(":")[1].startswith(reading)}
        for function in FUNCTIONS
    }
    assert changing == {name: set() for name in FUNCTIONS} | {
        "RespondToFindings": {f"kafkaconnect:{what}Connector" for what in ("Restart", "Pause", "Resume")}
    }


def test_those_who_look_write_only_what_they_remember():
    role = properties("PollConnectorsRole")["Policies"][0]["PolicyDocument"]["Statement"]
    [write] = [statement for statement in role if "dynamodb:PutItem" in statement["Action"]]
    assert write["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "facts#*"}}
    orders = ConnectorId(Platform.MSK_CONNECT, "msk", "orders")
    for kind in (facts.SORT_KEY, descriptions.SORT_KEY):
        assert key_of(orders, kind)["pk"]["S"].startswith("facts#")
    assert not any("dynamodb:PutItem" in actions(function) for function in FUNCTIONS if "Read" in function)


def test_what_stands_in_the_databases_network_may_do_nothing_but_log():
    assert actions("ReachDatabase") == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert managed_policies("ReachDatabaseRole") == ["UseVpc"]
    [where] = [where for names, where in granted("RespondToFindings") if "lambda:InvokeFunction" in names]
    assert where == [{"Fn::GetAtt": ["ReachDatabase", "Arn"]}]


def persons_policy(logical_id):
    """What a policy for people allows, by action, without the statement for a key."""
    document = properties(logical_id)["PolicyDocument"]
    plain = [statement for statement in document["Statement"] if "Effect" in statement]
    return {name: where for names, where in statements({"Statement": plain}) for name in names}


def test_whoever_gives_orders_reads_no_configuration():
    allowed = persons_policy("GiveOrders")
    assert {name for name in allowed if name.startswith("kafkaconnect:")} == {"kafkaconnect:ListConnectors"}
    assert "sqs:SendMessage" in allowed


def test_whoever_plans_a_recreation_reads_and_changes_nothing():
    allowed = persons_policy("PlanRecreations")
    assert allowed.keys() == {
        "cloudformation:DescribeStacks",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Scan",
        "kafkaconnect:ListConnectors",
        "kafkaconnect:DescribeConnector",
        "kafkaconnect:ListTagsForResource",
        "kafkaconnect:DescribeWorkerConfiguration",
    }
    assert {name for name, where in allowed.items() if "*" in where} == {"kafkaconnect:ListConnectors"}
    outputs = template()["Outputs"]
    assert outputs["RecreatePolicyArn"]["Value"] == {"Ref": "PlanRecreations"}


def test_a_restart_is_allowed_on_connectors_only():
    [where] = [where for names, where in granted("RespondToFindings") if "kafkaconnect:RestartConnector" in names]
    assert where == [
        {"Fn::Sub": "arn:${AWS::Partition}:kafkaconnect:${AWS::Region}:${AWS::AccountId}:connector/*"},
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_everything_is_allowed_only_where_aws_knows_no_resource(function):
    for names, where in granted(function):
        assert "*" not in where or names <= ON_EVERYTHING
        assert not any("*" in name for name in names)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_takes_nothing_from_policies_that_others_wrote(function):
    role = properties(function)["Role"]["Fn::GetAtt"][0]
    ours = {name for name, resource in template()["Resources"].items() if resource["Type"] == "AWS::IAM::ManagedPolicy"}
    assert set(managed_policies(role)) <= ours
    assert "Policies" not in properties(function)


@pytest.mark.parametrize("function", sorted(FUNCTIONS.keys() - {"ReachDatabase"}))
def test_whoever_uses_the_table_a_queue_or_a_topic_may_use_their_key(function):
    assert "UseKey" in managed_policies(properties(function)["Role"]["Fn::GetAtt"][0])


def test_only_functions_that_talk_to_self_managed_clusters_have_a_vpc_and_their_secrets():
    for function in FUNCTIONS:
        attached = set(managed_policies(properties(function)["Role"]["Fn::GetAtt"][0]))
        talks = function in ("PollConnectors", "RespondToFindings")
        assert ("VpcConfig" in properties(function)) is (talks or function == "ReachDatabase")
        assert (attached >= {"UseVpc", "ReadClusterSecrets"}) is talks


def test_every_role_has_the_boundary():
    boundary = {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
    for function in FUNCTIONS:
        assert properties(properties(function)["Role"]["Fn::GetAtt"][0])["PermissionsBoundary"] == boundary
    schedule = properties("PollConnectors")["Events"]["Interval"]["Properties"]
    assert schedule["PermissionsBoundary"] == boundary
