"""The resource types that moto skips silently, and MSK Connect's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from sandbox.aws.cloudformation.api_resources import Api, ApiType, Properties
from sandbox.aws.world import ACCOUNT

type Created = tuple[str, dict[str, str]]


def _subscription(api: Api, _name: str, given: Properties) -> Created:
    names = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy", "DeliveryPolicy")
    attributes = {name: _as_attribute(given[name]) for name in names if name in given}
    arn = api("sns", "subscribe", {**given, "Attributes": attributes, "ReturnSubscriptionArn": True})["SubscriptionArn"]
    return arn, {"Arn": arn}


def _as_attribute(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _topic_policy(api: Api, name: str, given: Properties) -> Created:
    for topic in given["Topics"]:
        policy = {"AttributeName": "Policy", "AttributeValue": given["PolicyDocument"]}
        api("sns", "set_topic_attributes", {"TopicArn": topic, **policy})
    return name, {}


def _queue_policy(api: Api, name: str, given: Properties) -> Created:
    for queue in given["Queues"]:
        api("sqs", "set_queue_attributes", {"QueueUrl": queue, "Attributes": {"Policy": given["PolicyDocument"]}})
    return name, {}


def _schedule(api: Api, name: str, given: Properties) -> Created:
    return name, {"Arn": api("scheduler", "create_schedule", {**given, "Name": name})["ScheduleArn"]}


def _subscription_filter(api: Api, name: str, given: Properties) -> Created:
    parameters = {
        "logGroupName": given["LogGroupName"],
        "filterName": name,
        "filterPattern": given.get("FilterPattern", ""),
        "destinationArn": given["DestinationArn"],
    }
    api("logs", "put_subscription_filter", parameters)
    return name, {}


def _delete_subscription_filter(api: Api, name: str, given: Properties) -> object:
    return api("logs", "delete_subscription_filter", {"logGroupName": given["LogGroupName"], "filterName": name})


def _alarm(api: Api, name: str, given: Properties) -> Created:
    if "Metrics" in given:
        raise NotImplementedError(f"{name}: the sandbox evaluates alarms on one metric only")
    api("cloudwatch", "put_metric_alarm", {**given, "AlarmName": name})
    return name, {"Arn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{name}"}


def _secret(api: Api, name: str, given: Properties) -> Created:
    names = ("Description", "KmsKeyId", "SecretString", "Tags")
    parameters: Properties = {key: given[key] for key in names if key in given}
    if "GenerateSecretString" in given:
        parameters["SecretString"] = _generated(api, given["GenerateSecretString"])
    arn = api("secretsmanager", "create_secret", {"Name": name, **parameters})["ARN"]
    return arn, {"Id": arn}


def _generated(api: Api, wanted: Properties) -> str:
    password = api("secretsmanager", "get_random_password", wanted)["RandomPassword"]
    if "GenerateStringKey" not in wanted:
        return str(password)
    return json.dumps({**json.loads(wanted["SecretStringTemplate"]), wanted["GenerateStringKey"]: password})


def _event_invoke_config(api: Api, name: str, given: Properties) -> Created:
    api("lambda", "put_function_event_invoke_config", given)
    return name, {}


def _plugin(api: Api, name: str, given: Properties) -> Created:
    arn = api("kafkaconnect", "create_custom_plugin", {**camel(given), "name": name})["customPluginArn"]
    _settled(
        lambda: api("kafkaconnect", "describe_custom_plugin", {"customPluginArn": arn}), "customPluginState", "ACTIVE"
    )
    return arn, {"CustomPluginArn": arn, "Revision": "1"}


def _worker_configuration(api: Api, name: str, given: Properties) -> Created:
    told = api("kafkaconnect", "create_worker_configuration", {**camel(given), "name": name})
    return told["workerConfigurationArn"], {"WorkerConfigurationArn": told["workerConfigurationArn"], "Revision": "1"}


def _connector(api: Api, name: str, given: Properties) -> Created:
    parameters = camel({key: value for key, value in given.items() if key != "ConnectorConfiguration"})
    configuration = {"connectorConfiguration": given["ConnectorConfiguration"], "connectorName": name}
    arn = api("kafkaconnect", "create_connector", {**parameters, **configuration})["connectorArn"]
    _settled(lambda: api("kafkaconnect", "describe_connector", {"connectorArn": arn}), "connectorState", "RUNNING")
    return arn, {"ConnectorArn": arn}


def _settled(look: Callable[[], Properties], member: str, wanted: str) -> None:
    """Wait until what was created is as it shall be. Raises ValidationError with the service's reason if it fails."""
    while (told := look())[member] == "CREATING":
        time.sleep(0.2)
    if told[member] != wanted:
        reason = told.get("stateDescription", {}).get("message", "the service gives no reason")
        raise ValidationError(message=f"Resource handler returned message: it is {told[member]}: {reason}")


def camel(value: Any) -> Any:
    """CloudFormation's names as the API writes them: S3Location becomes s3Location. A list of tags becomes a map."""
    if isinstance(value, list):
        return [camel(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key[0].lower() + key[1:]: {tag["Key"]: tag["Value"] for tag in one}
        if key == "Tags" and isinstance(one, list)
        else camel(one)
        for key, one in value.items()
    }


TYPES = (
    ApiType(
        "AWS::SNS::Subscription",
        _subscription,
        lambda api, arn, _: api("sns", "unsubscribe", {"SubscriptionArn": arn}),
        attributes=("Arn",),
    ),
    ApiType("AWS::SNS::TopicPolicy", _topic_policy, updates_in_place=True),
    ApiType("AWS::SQS::QueuePolicy", _queue_policy, updates_in_place=True),
    ApiType(
        "AWS::Scheduler::Schedule",
        _schedule,
        lambda api, name, _: api("scheduler", "delete_schedule", {"Name": name}),
        "Name",
        ("Arn",),
    ),
    ApiType("AWS::Logs::SubscriptionFilter", _subscription_filter, _delete_subscription_filter, "FilterName"),
    ApiType(
        "AWS::CloudWatch::Alarm",
        _alarm,
        lambda api, name, _: api("cloudwatch", "delete_alarms", {"AlarmNames": [name]}),
        "AlarmName",
        ("Arn",),
        updates_in_place=True,
    ),
    ApiType(
        "AWS::SecretsManager::Secret",
        _secret,
        lambda api, arn, _: api(
            "secretsmanager", "delete_secret", {"SecretId": arn, "ForceDeleteWithoutRecovery": True}
        ),
        "Name",
        ("Id",),
    ),
    ApiType("AWS::Lambda::EventInvokeConfig", _event_invoke_config, updates_in_place=True),
    ApiType(
        "AWS::KafkaConnect::CustomPlugin",
        _plugin,
        lambda api, arn, _: api("kafkaconnect", "delete_custom_plugin", {"customPluginArn": arn}),
        "Name",
        ("CustomPluginArn", "Revision"),
    ),
    ApiType(
        "AWS::KafkaConnect::WorkerConfiguration",
        _worker_configuration,
        lambda api, arn, _: api("kafkaconnect", "delete_worker_configuration", {"workerConfigurationArn": arn}),
        "Name",
        ("WorkerConfigurationArn", "Revision"),
    ),
    ApiType(
        "AWS::KafkaConnect::Connector",
        _connector,
        lambda api, arn, _: api("kafkaconnect", "delete_connector", {"connectorArn": arn}),
        "ConnectorName",
        ("ConnectorArn",),
    ),
)
