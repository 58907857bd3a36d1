"""Corrects resource types that moto has: lost properties, missing Ref values, updates that lose the resource."""

from __future__ import annotations

from collections.abc import Callable
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

CREATE, UPDATE = "create_from_cloudformation_json", "update_from_cloudformation_json"

type Properties = dict[str, Any]


def install(world: World) -> None:
    for kind, name, value in (
        (LayerVersion, "physical_resource_id", property(lambda self: self.arn)),
        (Permission, "physical_resource_id", property(lambda _: "permission")),
        (LayerVersion, "cloudformation_name_type", staticmethod(lambda: "LayerName")),
        (Topic, "has_cfn_attr", classmethod(lambda _cls, attr: attr in ("TopicName", "TopicArn"))),
    ):
        setattr(kind, name, value)
    _complete_functions(world)
    _complete_tables()
    _complete_topics()
    _name_fifo_queues()
    _refuse_filters()
    for changed, change in (
        (Queue, _change_queue),
        (Topic, _change_topic),
        (LogGroup, _change_log_group),
        (Table, _keep_table),
        (Role, _change_role),
    ):
        setattr(changed, UPDATE, classmethod(_in_place(change)))


def _complete_functions(world: World) -> None:
    """moto drops layers, architectures, logging and more (awslambda/models.py, create_from_cloudformation_json)."""
    create, update = LambdaFunction.create_from_cloudformation_json, LambdaFunction.update_from_cloudformation_json

    def create_complete(_cls: type, name: str, template: Any, *where: Any, **more: Any) -> LambdaFunction:
        return _completed(create(name, template, *where, **more), template["Properties"])

    def update_complete(_cls: type, /, original_resource: LambdaFunction, **given: Any) -> LambdaFunction:
        function = update(original_resource, **given)
        world.functions.forget(function.function_arn)
        return _completed(function, given["cloudformation_json"]["Properties"])

    setattr(LambdaFunction, CREATE, classmethod(create_complete))
    setattr(LambdaFunction, UPDATE, classmethod(update_complete))


def _completed(function: LambdaFunction, given: Properties) -> LambdaFunction:
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

    def create_complete(_cls: type, /, name: str, template: Any, account: str, region: str, **more: Any) -> Table:
        table: Table = create(name, template, account, region, **more)
        given, backend = template["Properties"], dynamodb_backends[account][region]
        if "TimeToLiveSpecification" in given:
            backend.update_time_to_live(table.name, given["TimeToLiveSpecification"])
        if "PointInTimeRecoverySpecification" in given:
            backend.update_continuous_backups(table.name, given["PointInTimeRecoverySpecification"])
        return table

    setattr(Table, CREATE, classmethod(create_complete))


def _complete_topics() -> None:
    named = Topic.get_cfn_attribute

    def get_cfn_attribute(self: Topic, attribute_name: str) -> str:
        return self.arn if attribute_name == "TopicArn" else named(self, attribute_name)

    Topic.get_cfn_attribute = get_cfn_attribute  # type: ignore[method-assign]


def _name_fifo_queues() -> None:
    """moto gives a FIFO queue without a name one that a FIFO queue may not have."""
    create = Queue.create_from_cloudformation_json

    def create_named(_cls: type, name: str, template: Any, *where: Any, **more: Any) -> Queue:
        fifo = str(template["Properties"].get("FifoQueue", False)).lower() == "true"
        if fifo and "QueueName" not in template["Properties"]:
            name = f"{name[:75]}.fifo"
        return create(name, template, *where, **more)

    setattr(Queue, CREATE, classmethod(create_named))


def _refuse_filters() -> None:
    create = EventSourceMapping.create_from_cloudformation_json

    def create_without_filter(_cls: type, name: str, template: Any, *where: Any, **more: Any) -> EventSourceMapping:
        if template["Properties"].get("FilterCriteria"):
            raise ValidationError(message=f"{name}: the sandbox does not filter what an event source mapping delivers")
        return create(name, template, *where, **more)

    setattr(EventSourceMapping, CREATE, classmethod(create_without_filter))


def _in_place(change: Callable[[Any, Properties, str, str], None]) -> Callable[..., CloudFormationModel]:
    """moto has no update of the type, or one that makes a new resource or leaves out most properties."""

    def update(
        _cls: type,
        original_resource: CloudFormationModel,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> CloudFormationModel:
        change(original_resource, cloudformation_json["Properties"], account_id, region_name)
        return original_resource

    return update


def _change_queue(queue: Queue, given: Properties, _account: str, _region: str) -> None:
    queue._set_attributes({key: value for key, value in given.items() if key not in ("QueueName", "Tags")})


def _change_topic(topic: Topic, given: Properties, account: str, region: str) -> None:
    for name in ("DisplayName", "KmsMasterKeyId"):
        sns_backends[account][region].set_topic_attribute(topic.arn, name, given.get(name, ""))


def _change_log_group(group: LogGroup, given: Properties, _account: str, _region: str) -> None:
    group.retention_in_days = given.get("RetentionInDays")


def _keep_table(_table: Table, _given: Properties, _account: str, _region: str) -> None:
    """Keys and indexes of a table do not change."""


def _change_role(role: Role, given: Properties, account: str, _region: str) -> None:
    iam = iam_backends[account]["aws"]
    for name in iam.list_role_policies(role.name):
        iam.delete_role_policy(role.name, name)
    for policy in given.get("Policies", []):
        iam.put_role_policy(role.name, policy["PolicyName"], policy["PolicyDocument"])
    before, after = set(role.managed_policies), set(given.get("ManagedPolicyArns", []))
    for arn in before - after:
        iam.detach_role_policy(arn, role.name)
    for arn in after - before:
        iam.attach_role_policy(arn, role.name)
