"""Stacks: SAM, conditions, types that moto lacks, updates, strictness."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.cloudformation.exceptions import ValidationError

from sandbox.aws.cloudformation.resolution import resolved
from sandbox.session import SandboxSession

from .conftest import ECHO, zipped

BUCKET = "sandbox-artifacts"


def uploaded(sandbox: SandboxSession, source: str, file: str = "app.py") -> str:
    body = zipped(source, file)
    key = f"{abs(hash(body))}.zip"
    sandbox.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
    return f"s3://{BUCKET}/{key}"


def template(sandbox: SandboxSession, name: str, source: str = ECHO) -> dict[str, Any]:
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Email": {"Type": "String", "Default": ""}, "Key": {"Type": "String", "Default": ""}},
        "Conditions": {
            "HasEmail": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Email"}, ""]}]},
            "HasKey": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Key"}, ""]}]},
        },
        "Resources": {
            "Layer": {
                "Type": "AWS::Serverless::LayerVersion",
                "Properties": {"ContentUri": uploaded(sandbox, "WORD = 'layered'", "python/words.py")},
            },
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}},
            "Mail": {
                "Type": "AWS::SNS::Subscription",
                "Condition": "HasEmail",
                "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": {"Ref": "Email"}},
            },
            "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
            "Work": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "QueueName": f"{name}.fifo",
                    "FifoQueue": True,
                    "VisibilityTimeout": 180,
                    "KmsMasterKeyId": {"Fn::If": ["HasKey", {"Ref": "Key"}, {"Ref": "AWS::NoValue"}]},
                    "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3},
                },
            },
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/{name}"}},
            "Lines": {
                "Type": "AWS::Logs::SubscriptionFilter",
                "Properties": {
                    "LogGroupName": {"Ref": "Group"},
                    "FilterPattern": "",
                    "DestinationArn": {"Fn::GetAtt": ["Function", "Arn"]},
                },
            },
            "Ledger": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "TableName": name,
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "open")],
                    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                    "GlobalSecondaryIndexes": [
                        {
                            "IndexName": "open",
                            "KeySchema": [{"AttributeName": "open", "KeyType": "HASH"}],
                            "Projection": {"ProjectionType": "KEYS_ONLY"},
                        }
                    ],
                    "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
                },
            },
            "Function": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "FunctionName": name,
                    "CodeUri": uploaded(sandbox, source),
                    "Handler": "app.handler",
                    "Runtime": "python3.13",
                    "Timeout": 7,
                    "Layers": [{"Ref": "Layer"}],
                    "Environment": {"Variables": {"EMAIL": {"Ref": "Email"}, "TABLE": {"Ref": "Ledger"}}},
                    "EventInvokeConfig": {"MaximumRetryAttempts": 0},
                    "Policies": [
                        {"Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Topic"}}]}
                    ],
                    "Events": {
                        "Queue": {
                            "Type": "SQS",
                            "Properties": {
                                "Queue": {"Fn::GetAtt": ["Work", "Arn"]},
                                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                            },
                        },
                        "Often": {
                            "Type": "ScheduleV2",
                            "Properties": {"ScheduleExpression": "rate(1 hour)", "Name": name, "State": "DISABLED"},
                        },
                    },
                },
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "AlarmName": name,
                    "Namespace": name,
                    "MetricName": "Bad",
                    "Statistic": "Sum",
                    "Period": 60,
                    "EvaluationPeriods": 1,
                    "Threshold": 1,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                    "AlarmActions": [{"Ref": "Topic"}],
                },
            },
            "Board": {
                "Type": "AWS::CloudWatch::Dashboard",
                "Properties": {"DashboardName": name, "DashboardBody": {"Fn::Sub": '{"r":"${AWS::Region}"}'}},
            },
        },
        "Outputs": {
            "Arn": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}},
            "Mail": {"Condition": "HasEmail", "Value": {"Ref": "Mail"}},
        },
    }


def parameters(**values: str) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def resources(sandbox: SandboxSession, name: str) -> dict[str, str]:
    told = sandbox.client("cloudformation").list_stack_resources(StackName=name)["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in told}


def create(sandbox: SandboxSession, name: str, body: dict[str, Any], **values: str) -> None:
    sandbox.client("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps(body), Parameters=parameters(**values), Capabilities=["CAPABILITY_IAM"]
    )


def update(sandbox: SandboxSession, name: str, body: dict[str, Any], **values: str) -> None:
    sandbox.client("cloudformation").update_stack(
        StackName=name, TemplateBody=json.dumps(body), Parameters=parameters(**values), Capabilities=["CAPABILITY_IAM"]
    )


def test_a_sam_template_becomes_what_it_says(sandbox: SandboxSession, name: str) -> None:
    source = "import os, words\ndef handler(e, c):\n    return [words.WORD, os.environ['EMAIL'], os.environ['TABLE']]\n"
    create(sandbox, name, template(sandbox, name, source), Email="a@example.com")
    found = resources(sandbox, name)
    assert {"Mail", "Lines", "Alarm", "Board", "FunctionOften", "FunctionQueue", "FunctionRole"} <= found.keys()
    function = sandbox.client("lambda")
    assert json.load(function.invoke(FunctionName=name)["Payload"]) == ["layered", "a@example.com", name]
    settings = function.get_function_configuration(FunctionName=name)
    assert (settings["Timeout"], len(settings["Layers"])) == (7, 1)
    config = function.get_function_event_invoke_config(FunctionName=name)
    assert config["MaximumRetryAttempts"] == 0
    ttl = sandbox.client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    outputs = sandbox.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    assert {one["OutputKey"] for one in outputs} == {"Arn", "Mail"}


def test_a_queue_of_the_stack_invokes_its_function(sandbox: SandboxSession, name: str, invoked: Any) -> None:
    create(sandbox, name, template(sandbox, name))
    url = resources(sandbox, name)["Work"].replace("https://sqs.us-east-1.amazonaws.com", sandbox.endpoint)
    sandbox.client("sqs").send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d")
    assert invoked()[0].event["Records"][0]["attributes"]["MessageGroupId"] == "g"


def test_a_condition_that_does_not_hold_makes_nothing(sandbox: SandboxSession, name: str) -> None:
    create(sandbox, name, template(sandbox, name))
    assert "Mail" not in resources(sandbox, name)


def test_a_condition_may_change_with_an_update_that_keeps_the_rest(sandbox: SandboxSession, name: str) -> None:
    body = template(sandbox, name)
    create(sandbox, name, body)
    before = resources(sandbox, name)
    update(sandbox, name, body, Email="a@example.com")
    assert resources(sandbox, name) == {**before, "Mail": resources(sandbox, name)["Mail"]}
    update(sandbox, name, body, Email="")
    assert resources(sandbox, name) == before


def test_an_update_by_change_set_keeps_the_values_from_before(sandbox: SandboxSession, name: str) -> None:
    kinds = {"List": "CommaDelimitedList", "Number": "Number", "Word": "String"}
    values = {"List": "a,b", "Number": "7.5", "Word": "before"}
    body = json.dumps(
        {
            "Parameters": {parameter: {"Type": kind} for parameter, kind in kinds.items()},
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Word"}}}},
            "Outputs": {
                "List": {"Value": {"Fn::Join": ["-", {"Ref": "List"}]}},
                "Number": {"Value": {"Fn::Sub": "${Number}"}},
            },
        }
    )
    cloudformation = sandbox.client("cloudformation")
    create(sandbox, name, json.loads(body), **{**values, "Word": name})
    previous = [{"ParameterKey": parameter, "UsePreviousValue": True} for parameter in ("List", "Number")]
    change = {"StackName": name, "ChangeSetName": f"{name}-2"}
    cloudformation.create_change_set(
        **change, ChangeSetType="UPDATE", TemplateBody=body, Parameters=[*previous, *parameters(Word=f"{name}-after")]
    )
    cloudformation.execute_change_set(**change)
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    outputs = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    assert {one["OutputKey"]: one["OutputValue"] for one in outputs} == {"List": "a-b", "Number": "7.5"}


def test_an_update_changes_the_code_that_runs(sandbox: SandboxSession, name: str) -> None:
    create(sandbox, name, template(sandbox, name, "def handler(e, c):\n    return 1\n"))
    sandbox.client("lambda").invoke(FunctionName=name)
    update(sandbox, name, template(sandbox, name, "def handler(e, c):\n    return 2\n"))
    assert sandbox.client("lambda").invoke(FunctionName=name)["Payload"].read() == b"2"


def test_a_deleted_stack_leaves_only_what_is_to_be_retained(sandbox: SandboxSession, name: str) -> None:
    create(sandbox, name, template(sandbox, name))
    sandbox.client("cloudformation").delete_stack(StackName=name)
    assert name in sandbox.client("dynamodb").list_tables()["TableNames"]
    functions = sandbox.client("lambda").list_functions()["Functions"]
    assert name not in {function["FunctionName"] for function in functions}
    assert not sandbox.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]


@pytest.mark.parametrize("kind", ["AWS::Made::Up", "AWS::CloudWatch::CompositeAlarm", "AWS::Events::Rule"])
def test_a_type_that_is_not_known_fails_the_stack(sandbox: SandboxSession, name: str, kind: str) -> None:
    with pytest.raises(sandbox.client("cloudformation").exceptions.ClientError, match=kind):
        create(sandbox, name, {"Resources": {"What": {"Type": kind}}})


def test_msk_connect_resources_can_be_in_a_stack(sandbox: SandboxSession, name: str) -> None:
    body = {
        "Resources": {
            "Plugin": {
                "Type": "AWS::KafkaConnect::CustomPlugin",
                "Properties": {
                    "Name": name,
                    "ContentType": "ZIP",
                    "Location": {"S3Location": {"BucketArn": "arn:aws:s3:::b", "FileKey": "k.zip"}},
                },
            },
            "Worker": {
                "Type": "AWS::KafkaConnect::WorkerConfiguration",
                "Properties": {"Name": name, "PropertiesFileContent": "a2V5PXZhbHVl"},
            },
            "Connector": {
                "Type": "AWS::KafkaConnect::Connector",
                "Properties": {
                    "ConnectorName": name,
                    "KafkaConnectVersion": "3.7.x",
                    "ServiceExecutionRoleArn": "arn:aws:iam::123456789012:role/any",
                    "Capacity": {"ProvisionedCapacity": {"McuCount": 1, "WorkerCount": 1}},
                    "ConnectorConfiguration": {"connector.class": "x", "Tasks.Max": "1"},
                    "KafkaCluster": {
                        "ApacheKafkaCluster": {"BootstrapServers": "b:9098", "Vpc": {"Subnets": ["subnet-1"]}}
                    },
                    "KafkaClusterClientAuthentication": {"AuthenticationType": "IAM"},
                    "KafkaClusterEncryptionInTransit": {"EncryptionType": "TLS"},
                    "Plugins": [
                        {
                            "CustomPlugin": {
                                "CustomPluginArn": {"Fn::GetAtt": ["Plugin", "CustomPluginArn"]},
                                "Revision": 1,
                            }
                        }
                    ],
                    "Tags": [{"Key": "team", "Value": "data"}],
                },
            },
        }
    }
    create(sandbox, name, body)
    arn = resources(sandbox, name)["Connector"]
    kafka_connect = sandbox.client("kafkaconnect")
    told = kafka_connect.describe_connector(connectorArn=arn)
    assert told["connectorConfiguration"] == {"connector.class": "x", "Tasks.Max": "1"}
    assert kafka_connect.list_tags_for_resource(resourceArn=arn)["tags"]["team"] == "data"


def test_intrinsic_functions_over_parameters_are_resolved() -> None:
    document = {
        "Parameters": {
            "Seconds": {"Type": "Number", "Default": 7.5, "MinValue": 0.1},
            "Ids": {"Type": "CommaDelimitedList", "Default": "a,b"},
            "Stage": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]},
        },
        "Mappings": {"Sizes": {"dev": {"Memory": 128}}},
        "Conditions": {
            "Dev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
            "Never": {"Fn::And": [{"Condition": "Dev"}, {"Fn::Equals": [{"Fn::Select": [0, {"Ref": "Ids"}]}, "z"]}]},
        },
        "Resources": {
            "R": {
                "Type": "T",
                "DependsOn": ["Gone"],
                "Properties": {
                    "List": [1, {"Fn::If": ["Never", 2, {"Ref": "AWS::NoValue"}]}],
                    "Left": {"Fn::If": ["Never", 2, {"Ref": "AWS::NoValue"}]},
                    "Memory": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Memory"]},
                    "Text": {"Fn::Sub": "${Stage}-${Other.Arn}-${Seconds}"},
                    "Plain": {"Fn::Sub": ["${a}-${Stage}", {"a": {"Fn::Join": ["+", {"Ref": "Ids"}]}}]},
                },
            },
            "Gone": {"Type": "T", "Condition": "Never"},
        },
    }
    found = resolved(document, {}, {})["Resources"]
    assert found["R"]["Properties"] == {
        "List": [1],
        "Memory": 128,
        "Text": {"Fn::Sub": "dev-${Other.Arn}-7.5"},
        "Plain": "a+b-dev",
    }
    assert found["R"]["DependsOn"] == []
    assert "Gone" not in found


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"Type": "Number", "MinValue": 1}, "0"),
        ({"Type": "Number"}, "many"),
        ({"Type": "String", "AllowedValues": ["a"]}, "b"),
        ({"Type": "String", "AllowedPattern": "^rate.*$"}, "cron"),
        ({"Type": "String"}, None),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(declared: dict[str, Any], value: str | None) -> None:
    given = {} if value is None else {"P": value}
    with pytest.raises(ValidationError, match="P"):
        resolved({"Parameters": {"P": declared}, "Resources": {}}, given, {})
