"""Resource types that are created by calling the service's own API, as CloudFormation does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

type Properties = dict[str, Any]


class Api:
    """Calls services of this very server; CloudFormation's values get the types that the API wants."""

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint, self._region = endpoint, region

    def __call__(self, service: str, operation: str, parameters: Properties) -> dict[str, Any]:
        client: Any = boto3.client(  # type: ignore[call-overload]
            service,
            region_name=self._region,
            endpoint_url=self._endpoint,
            aws_access_key_id="AKIASANDBOXCLOUDFORM",
            aws_secret_access_key="sandbox",
        )
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape
        answer: dict[str, Any] = getattr(client, operation)(**typed(shape, parameters))
        return answer


def typed(shape: Any, value: Any) -> Any:
    """`value` in the types of a botocore shape; members that the shape does not have are left out."""
    match shape.type_name, value:
        case "structure", dict():
            return {key: typed(shape.members[key], one) for key, one in value.items() if key in shape.members}
        case "list", list():
            return [typed(shape.member, one) for one in value]
        case "map", dict():
            return {key: typed(shape.value, one) for key, one in value.items()}
        case (("integer" | "long"), _):
            return int(value)
        case (("double" | "float"), _):
            return float(value)
        case "boolean", str():
            return value.lower() == "true"
        case "string", (dict() | list()):
            return json.dumps(value)
        case "string", _:
            return str(value)
    return value


@dataclass(frozen=True, slots=True)
class ApiType:
    """How one type is created and deleted. `create` gives the physical id and the attributes for Fn::GetAtt.

    `updates_in_place`: creating it again changes it (such as PutMetricAlarm), so that it must not be deleted before.
    """

    name: str
    create: Callable[[Api, str, Properties], tuple[str, dict[str, str]]]
    delete: Callable[[Api, str, Properties], object] | None = None
    name_property: str = ""
    attributes: tuple[str, ...] = ()
    updates_in_place: bool = False


def model_of(kind: ApiType, endpoint: str) -> type[CloudFormationModel]:  # noqa: C901  # one method per line of moto's
    """The class that makes moto know the type; moto looks at direct subclasses of CloudFormationModel only."""

    class Resource(CloudFormationModel):
        def __init__(self, physical_id: str, attributes: dict[str, str], properties: Properties, region: str) -> None:
            self.physical_resource_id = physical_id
            self._attributes, self._properties, self._region = attributes, properties, region

        @staticmethod
        def cloudformation_name_type() -> str:
            return kind.name_property

        @staticmethod
        def cloudformation_type() -> str:
            return kind.name

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:
            return attr in kind.attributes

        def get_cfn_attribute(self, attribute: str) -> str:
            if attribute not in self._attributes:
                raise ValidationError(message=f"{kind.name} has no attribute {attribute} in the sandbox")
            return self._attributes[attribute]

        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
        ) -> Resource:
            properties = cloudformation_json.get("Properties", {})
            physical_id, attributes = kind.create(Api(endpoint, region_name), resource_name, properties)
            return cls(physical_id, attributes, properties, region_name)

        @classmethod
        def update_from_cloudformation_json(
            cls,
            original_resource: Resource,
            new_resource_name: str,
            cloudformation_json: Any,
            account_id: str,
            region_name: str,
        ) -> Resource:
            named = kind.name_property and kind.name_property in cloudformation_json.get("Properties", {})
            name = new_resource_name if named or not kind.name_property else original_resource.physical_resource_id
            if not kind.updates_in_place:
                original_resource.delete(account_id, region_name)
            return cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)

        @classmethod
        def delete_from_cloudformation_json(
            cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
        ) -> None:
            """Everything is deleted through `delete`."""

        def delete(self, _account_id: str, _region_name: str) -> None:
            if kind.delete is None:
                return
            try:
                kind.delete(Api(endpoint, self._region), self.physical_resource_id, self._properties)
            except ClientError as err:
                # moto deletes in no order: what it belonged to may be gone already, and this with it
                if "NotFound" not in err.response["Error"]["Code"]:
                    raise

    Resource.__name__ = Resource.__qualname__ = kind.name.replace("::", "")
    return Resource
