"""What the plug-ins patch or read inside moto. A new moto that changes any of it fails here, with its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
from moto import backend_index
from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction, LayerVersion, Permission
from moto.cloudformation import parsing
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.core.base_backend import BaseBackend
from moto.core.common_models import BaseModel, CloudFormationModel
from moto.core.responses import BaseResponse
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.iam.models import Role
from moto.logs.models import LogEvent, LogGroup, LogStream
from moto.s3.models import S3Backend
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule
from moto.sns.models import Subscription, Topic
from moto.sqs.models import Message, Queue, SQSBackend

from sandbox.aws.tables import OF_ITEMS

CREATE = "resource_name cloudformation_json account_id region_name kwargs"
UPDATE = "original_resource new_resource_name cloudformation_json account_id region_name"


def test_moto_is_the_version_that_the_plug_ins_were_written_for() -> None:
    assert version("moto") == "5.2.5"


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (BaseResponse.call_action, "self"),
        (BaseResponse._get_action, "self"),
        (BaseResponse.serialized, "self action_result"),
        (BaseResponse._get_param, "self param_name if_none"),
        (LambdaFunction.invoke, "self body request_headers response_headers"),
        (LambdaFunction._get_layers_data, "self layers_versions_arns"),
        (LambdaBackend.get_function, "self function_name_or_arn qualifier"),
        (LambdaBackend.layers_versions_by_arn, "self layer_version_arn"),
        (Message.change_visibility, "self visibility_timeout"),
        (Message.delay, "self delay_seconds"),
        (Queue.add_message, "self message"),
        (Queue._set_attributes, "self attributes now"),
        (
            SQSBackend.receive_message,
            "self queue_name count wait_seconds_timeout visibility_timeout message_attribute_names",
        ),
        (SQSBackend.delete_message, "self queue_name receipt_handle"),
        (
            Subscription.publish,
            "self message message_id subject message_attributes group_id deduplication_id message_structure",
        ),
        (Subscription._parse_message_structure, "self message protocol"),
        (LogStream.put_log_events, "self log_events"),
        (LogEvent.to_filter_dict, "self"),
        (CloudWatchBackend.put_metric_data, "self namespace metric_data"),
        (CloudWatchBackend.get_metric_data, "self queries start_time end_time scan_by"),
        (
            CloudWatchBackend.get_metric_statistics,
            "self namespace metric_name start_time end_time period stats dimensions unit",
        ),
        (CloudWatchBackend.get_filtered_metrics, "self metric_name namespace dimensions"),
        (CloudWatchBackend._validate_parameters_put_metric_data, "self metric query_num"),
        (CloudWatchBackend.set_alarm_state, "self alarm_name reason reason_data state_value"),
        (CloudFormationBackend.execute_change_set, "self change_set_name stack_name"),
        (CloudFormationBackend.describe_change_set, "self change_set_name"),
        (ChangeSet.apply, "self"),
        (Stack._add_stack_event, "self resource_status resource_status_reason resource_properties"),
        (S3Backend.get_object, "self bucket_name key_name version_id part_number return_delete_marker"),
        (CloudFormationResponse._get_stack_from_s3_url, "self template_url"),
        (Stack._parse_template, "self"),
        (Stack._create_output_map, "self"),
        (Stack.parse_template, "template"),
        (parsing.resource_class_from_type, "resource_type"),
        (parsing.parse_and_update_resource, "logical_id resource_json resources_map account_id region_name"),
        (LambdaFunction.create_from_cloudformation_json, CREATE),
        (LambdaFunction.update_from_cloudformation_json, UPDATE),
        (Queue.create_from_cloudformation_json, CREATE),
        (Queue.update_from_cloudformation_json, UPDATE),
        (Table.create_from_cloudformation_json, CREATE),
        (EventSourceMapping.create_from_cloudformation_json, CREATE),
        (Topic.get_cfn_attribute, "self attribute_name"),
    ],
)
def test_a_patched_function_has_the_parameters_that_the_patch_expects(
    function: Callable[..., Any], parameters: str
) -> None:
    assert list(inspect.signature(function).parameters) == parameters.split()


@pytest.mark.parametrize("method", OF_ITEMS)
def test_items_are_read_and_written_by_that_name(method: str) -> None:
    assert callable(getattr(DynamoDBBackend, method))
    assert f".{method}(" in inspect.getsource(DynamoHandler)


@pytest.mark.parametrize("method", ["create_stack", "update_stack", "create_change_set"])
def test_a_stack_is_made_from_a_template_by_that_name(method: str) -> None:
    parameters = inspect.signature(getattr(CloudFormationBackend, method)).parameters
    assert {"template", "parameters"} <= parameters.keys()
    source = inspect.getsource(CloudFormationResponse)
    assert source.count("template=stack_body") >= 3  # handed over by keyword


@pytest.mark.parametrize(
    ("kind", "attribute"),
    [
        (LambdaBackend, "_event_source_mappings"),
        (Queue, "_messages"),
        (Queue, "lambda_event_source_mappings"),
        (Subscription, "_filter_policy_matcher"),
        (EventSourceMapping, "function_response_types"),
        (EventSourceMapping, "max_batch_window"),
        (EventSourceMapping, "scaling_config"),
        (LogStream, "upload_sequence_token"),
        (Alarm, "configuration_updated_timestamp"),
        (EventBridgeSchedulerBackend, "schedule_groups"),
        (Schedule, "schedule_expression"),
        (LogGroup, "retention_in_days"),
        (Role, "managed_policies"),
        (LambdaFunction, "reserved_concurrency"),
    ],
)
def test_an_attribute_that_the_plug_ins_read_is_set_by_moto(kind: type, attribute: str) -> None:
    assert f"self.{attribute}" in inspect.getsource(kind)


def test_moto_finds_cloudformation_types_among_direct_subclasses_and_caches_them() -> None:
    assert "CloudFormationModel.__subclasses__()" in inspect.getsource(parsing.get_model_list)
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        assert callable(cached.cache_clear)
    assert {LambdaFunction, LayerVersion, Permission, Queue, Topic, Table} <= set(CloudFormationModel.__subclasses__())


def test_moto_finds_a_backend_by_its_module_and_url_pattern() -> None:
    assert 'rstrip("models") + "urls"' in inspect.getsource(BaseBackend)
    assert all(len(entry) == 2 for entry in backend_index.backend_url_patterns)


def test_moto_keeps_every_model_object_unless_it_is_given_a_bounded_list() -> None:
    assert "cls.instances_tracked.append(instance)" in inspect.getsource(BaseModel)
