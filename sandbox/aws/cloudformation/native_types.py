"""Corrects resource types that moto has: lost properties, missing Ref values, updates that lose the resource."""

from __future__ import annotations

from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaFunction, LayerVersion, Permission
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.iam.models import Role, iam_backends
from moto.logs.models import LogGroup
from moto.sns.models import Topic, sns_backends
from moto.sqs.models import Queue

from sandbox.aws.world import World


def install(world: World) -> None:
    LayerVersion.physical_resource_id = property(lambda self: self.arn)  # type: ignore[attr-defined]
    Permission.physical_resource_id = property(lambda _: "permission")  # type: ignore[attr-defined]
    LayerVersion.cloudformation_name_type = staticmethod(lambda: "LayerName")  # type: ignore[method-assign]
    _complete_functions(world)
    _complete_tables()
    _complete_topics()
    _name_fifo_queues()
    _update_in_place()
    _refuse_filters()


def _complete_functions(world: World) -> None:
    """moto drops layers, architectures, logging and more (awslambda/models.py, create_from_cloudformation_json)."""
    create = LambdaFunction.create_from_cloudformation_json
    update = LambdaFunction.update_from_cloudformation_json

    def create_complete(_cls: type, name: str, template: Any, account: str, region: str, **more: Any) -> LambdaFunction:
        return _completed(create(name, template, account, region, **more), template["Properties"])

    def update_complete(
        _cls: type, original_resource: LambdaFunction, new_resource_name: str, cloudformation_json: Any, account_id: str,
        region_name: str,
    ) -> LambdaFunction:  # fmt: skip
        function = update(original_resource, new_resource_name, cloudformation_json, account_id, region_name)
        world.functions.forget(function.function_arn)
        return _completed(function, cloudformation_json["Properties"])

    LambdaFunction.create_from_cloudformation_json = classmethod(create_complete)  # type: ignore[assignment]
    LambdaFunction.update_from_cloudformation_json = classmethod(update_complete)  # type: ignore[assignment]


def _completed(function: LambdaFunction, given: dict[str, Any]) -> LambdaFunction:
    function.layers = function._get_layers_data(given.get("Layers", []))
    function.architectures = given.get("Architectures", ["x86_64"])
    function.tracing_config = given.get("TracingConfig") or {"Mode": "PassThrough"}
    function.tags = {tag["Key"]: tag["Value"] for tag in given.get("Tags", [])}
    function.memory_size, function.timeout = int(given.get("MemorySize", 128)), int(given.get("Timeout", 3))
    function.environment_vars = (given.get("Environment") or {}).get("Variables", {})
    function.reserved_concurrency = given.get("ReservedConcurrentExecutions")
    function.role = given["Role"]
    function.dead_letter_config = given.get("DeadLetterConfig")  # type: ignore[attr-defined]
    group = (given.get("LoggingConfig") or {}).get("LogGroup")
    function.logs_group_name = group or f"/aws/lambda/{function.function_name}"
    return function


def _complete_tables() -> None:
    """moto drops time to live and point-in-time recovery."""
    create = Table.create_from_cloudformation_json

    def create_complete(_cls: type, name: str, template: Any, account: str, region: str, **more: Any) -> Table:
        table = create(name, template, account, region, **more)
        given, backend = template["Properties"], dynamodb_backends[account][region]
        if "TimeToLiveSpecification" in given:
            backend.update_time_to_live(table.name, given["TimeToLiveSpecification"])
        if "PointInTimeRecoverySpecification" in given:
            backend.update_continuous_backups(table.name, given["PointInTimeRecoverySpecification"])
        return table

    Table.create_from_cloudformation_json = classmethod(create_complete)  # type: ignore[assignment]


def _complete_topics() -> None:
    def has_cfn_attr(_cls: type, attr: str) -> bool:
        return attr in ("TopicName", "TopicArn")

    named = Topic.get_cfn_attribute

    def get_cfn_attribute(self: Topic, attribute_name: str) -> str:
        return self.arn if attribute_name == "TopicArn" else named(self, attribute_name)

    Topic.has_cfn_attr = classmethod(has_cfn_attr)  # type: ignore[assignment]
    Topic.get_cfn_attribute = get_cfn_attribute  # type: ignore[method-assign]


def _name_fifo_queues() -> None:
    """moto gives a FIFO queue without a name one that a FIFO queue may not have."""
    create = Queue.create_from_cloudformation_json

    def create_named(_cls: type, name: str, template: Any, account: str, region: str, **more: Any) -> Queue:
        fifo = str(template["Properties"].get("FifoQueue", False)).lower() == "true"
        if fifo and "QueueName" not in template["Properties"]:
            name = f"{name[:75]}.fifo"
        return create(name, template, account, region, **more)

    Queue.create_from_cloudformation_json = classmethod(create_named)  # type: ignore[assignment]


def _update_in_place() -> None:
    """moto has no update of these types, or one that makes a new resource or leaves out most properties."""

    def queue(self: Queue, given: dict[str, Any], _account: str, _region: str) -> None:
        self._set_attributes({key: value for key, value in given.items() if key not in ("QueueName", "Tags")})

    def topic(self: Topic, given: dict[str, Any], account: str, region: str) -> None:
        for name in ("DisplayName", "KmsMasterKeyId"):
            sns_backends[account][region].set_topic_attribute(self.arn, name, given.get(name, ""))

    def log_group(self: LogGroup, given: dict[str, Any], _account: str, _region: str) -> None:
        self.retention_in_days = given.get("RetentionInDays")

    def table(_self: Table, _given: dict[str, Any], _account: str, _region: str) -> None:
        """Keys and indexes of a table do not change."""

    def role(self: Role, given: dict[str, Any], account: str, _region: str) -> None:
        iam = iam_backends[account]["aws"]
        for name in iam.list_role_policies(self.name):
            iam.delete_role_policy(self.name, name)
        for policy in given.get("Policies", []):
            iam.put_role_policy(self.name, policy["PolicyName"], policy["PolicyDocument"])
        for arn in set(self.managed_policies) - set(given.get("ManagedPolicyArns", [])):
            iam.detach_role_policy(arn, self.name)
        for arn in set(given.get("ManagedPolicyArns", [])) - set(self.managed_policies):
            iam.attach_role_policy(arn, self.name)

    for kind, change in ((Queue, queue), (Topic, topic), (LogGroup, log_group), (Table, table), (Role, role)):
        kind.update_from_cloudformation_json = classmethod(_in_place(change))  # type: ignore[attr-defined]


def _in_place(change: Any) -> Any:
    def update(
        _cls: type, original_resource: CloudFormationModel, new_resource_name: str, cloudformation_json: Any,
        account_id: str, region_name: str,
    ) -> CloudFormationModel:  # fmt: skip
        change(original_resource, cloudformation_json["Properties"], account_id, region_name)
        return original_resource

    return update


def _refuse_filters() -> None:
    create = EventSourceMapping.create_from_cloudformation_json

    def create_without_filter(
        _cls: type, name: str, template: Any, account: str, region: str, **more: Any
    ) -> EventSourceMapping:
        if template["Properties"].get("FilterCriteria"):
            raise ValidationError(message=f"{name}: the sandbox does not filter what an event source mapping delivers")
        return create(name, template, account, region, **more)

    EventSourceMapping.create_from_cloudformation_json = classmethod(create_without_filter)  # type: ignore[assignment]
