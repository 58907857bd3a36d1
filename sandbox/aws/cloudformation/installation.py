"""Puts SAM, the missing types and strictness into moto's CloudFormation.

Patches `CloudFormationBackend.create_stack`, `update_stack`, `create_change_set` and `execute_change_set`,
`CloudFormationResponse._get_stack_from_s3_url`, and `resource_class_from_type` of moto's parsing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import get_stack_from_s3_url
from moto.core.common_models import CloudFormationModel
from moto.s3.models import s3_backends

from sandbox.aws.cloudformation import native_types
from sandbox.aws.cloudformation.api_resources import model_of
from sandbox.aws.cloudformation.transform import transformed
from sandbox.aws.cloudformation.types import TYPES
from sandbox.aws.threads import background
from sandbox.aws.world import ACCOUNT, World

log = logging.getLogger("sandbox")

REFUSED = {"AWS::Events::Rule": "the sandbox fires no rules; it has EventBridge Scheduler"}
"""Types that moto would create and that would then do nothing."""

ARTIFACTS = "sandbox-artifacts"
"""A bucket that is there from the start, for `sam deploy --s3-bucket`."""

_models: list[type[CloudFormationModel]] = []
"""Keeps the classes alive: moto finds them through weak references."""


def install(world: World) -> None:
    for method in ("create_stack", "update_stack", "create_change_set"):
        setattr(CloudFormationBackend, method, _with_transform(getattr(CloudFormationBackend, method)))
    _execute_in_the_background()
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


def _execute_in_the_background() -> None:
    """A resource may take minutes, such as a connector that has to run; moto's caller would wait for its answer."""

    def execute_change_set(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = self.describe_change_set(change_set_name)
        if change_set is None:
            raise ValidationError(change_set_name)
        stack = self.stacks[change_set.stack_id]
        stack.status = f"{change_set.change_set_type}_IN_PROGRESS"
        stack._add_stack_event(stack.status, resource_status_reason="User Initiated")
        background(_apply, stack, change_set)

    CloudFormationBackend.execute_change_set = execute_change_set  # type: ignore[method-assign]


def _apply(stack: Stack, change_set: ChangeSet) -> None:
    """The stack's state comes last: who waits for it reads the outputs next. Nothing is rolled back."""
    kind = change_set.change_set_type
    try:
        change_set.apply()
        stack.template = change_set.template
        stack._parse_template()
        stack.output_map = stack._create_output_map()
    except Exception as err:  # the boundary of a thread: the stack has to say what nobody else could
        log.exception("%s failed", stack.name)
        stack._add_stack_event(f"{kind}_FAILED", resource_status_reason=str(err))
        change_set.execution_status, stack.status = "EXECUTE_FAILED", f"{kind}_FAILED"
        return
    stack._add_stack_event(f"{kind}_COMPLETE")
    change_set.execution_status, stack.status = "EXECUTE_COMPLETE", f"{kind}_COMPLETE"


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
