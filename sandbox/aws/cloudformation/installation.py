"""Puts SAM, the missing types and strictness into moto's CloudFormation.

Patches `CloudFormationBackend.create_stack`, `update_stack`, `create_change_set` and `execute_change_set`,
`CloudFormationResponse._get_stack_from_s3_url`, and `resource_class_from_type` of moto's parsing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import get_stack_from_s3_url
from moto.core.common_models import CloudFormationModel
from moto.s3.models import s3_backends

from sandbox.aws.cloudformation import native_types
from sandbox.aws.cloudformation.api_resources import model_of
from sandbox.aws.cloudformation.transform import transformed
from sandbox.aws.cloudformation.types import TYPES
from sandbox.aws.world import ACCOUNT, World

REFUSED = {"AWS::Events::Rule": "the sandbox fires no rules; it has EventBridge Scheduler"}
"""Types that moto would create and that would then do nothing."""

ARTIFACTS = "sandbox-artifacts"
"""A bucket that is there from the start, for `sam deploy --s3-bucket`."""

_models: list[type[CloudFormationModel]] = []
"""Keeps the classes alive: moto finds them through weak references."""


def install(world: World) -> None:
    for method in ("create_stack", "update_stack", "create_change_set"):
        setattr(CloudFormationBackend, method, _with_transform(getattr(CloudFormationBackend, method)))
    _show_outputs_after_creation()
    _find_templates_in_our_bucket()
    _models.extend(model_of(kind, world.endpoint) for kind in TYPES)
    native_types.install(world)
    _be_strict()
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()
    s3_backends[ACCOUNT]["aws"].create_bucket(ARTIFACTS, "us-east-1")


def _with_transform(method: Callable[..., Any]) -> Callable[..., Any]:
    def called(self: CloudFormationBackend, *args: Any, **given: Any) -> Any:
        # Those of a change set: moto fills in the previous values as it has split them.
        if isinstance(given.get("parameters"), dict):
            given["parameters"] = {key: _as_given(value) for key, value in given["parameters"].items()}
        if given.get("template"):
            parameters = _by_name(self, given.get("name"), given.get("parameters") or {})
            given["template"] = transformed(given["template"], parameters, self.region_name)
        return method(self, *args, **given)

    return called


def _as_given(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) else value


def _by_name(backend: CloudFormationBackend, stack_name: str | None, given: Any) -> dict[str, Any]:
    """UpdateStack hands its parameters on as it got them: a list that may ask for the values from before."""
    if isinstance(given, dict):
        return given
    before = next((stack.parameters for stack in backend.stacks.values() if stack.name == stack_name), {})
    return {
        one["ParameterKey"]: before[one["ParameterKey"]] if one.get("UsePreviousValue") else one["ParameterValue"]
        for one in given
    }


def _show_outputs_after_creation() -> None:
    """moto reads the outputs before the change set that creates the stack has a template."""
    execute = CloudFormationBackend.execute_change_set

    def execute_change_set(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        execute(self, change_set_name, stack_name)
        if change_set := self.describe_change_set(change_set_name):
            stack = self.stacks[change_set.stack_id]
            stack._parse_template()
            stack.output_map = stack._create_output_map()

    CloudFormationBackend.execute_change_set = execute_change_set  # type: ignore[method-assign]


def _find_templates_in_our_bucket() -> None:
    """SAM sends http://127.0.0.1:PORT/bucket/key; moto knows hosts of AWS and "localhost" only."""

    def from_url(self: CloudFormationResponse, template_url: str) -> str:
        url = template_url.replace("127.0.0.1", "localhost")
        return get_stack_from_s3_url(url, account_id=self.current_account, partition=self.partition)

    CloudFormationResponse._get_stack_from_s3_url = from_url  # type: ignore[method-assign]


def _be_strict() -> None:
    """moto skips a type that it does not know, and forgets a resource whose type it cannot update."""
    find, update = parsing.resource_class_from_type, parsing.parse_and_update_resource

    def resource_class_from_type(resource_type: str) -> type[CloudFormationModel]:
        if resource_type in REFUSED:
            raise ValidationError(message=f"{resource_type}: {REFUSED[resource_type]}")
        found = find(resource_type)
        if found is None and resource_type not in parsing.NULL_MODELS:
            raise ValidationError(message=f"the sandbox has no CloudFormation type {resource_type}")
        return found

    def parse_and_update_resource(logical_id: str, resource_json: Any, *args: Any, **more: Any) -> Any:
        updated = update(logical_id, resource_json, *args, **more)
        if updated is None:
            raise ValidationError(message=f"{logical_id}: the sandbox cannot update {resource_json['Type']}")
        return updated

    parsing.resource_class_from_type = resource_class_from_type
    parsing.parse_and_update_resource = parse_and_update_resource
