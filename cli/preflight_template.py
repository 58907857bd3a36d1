"""Connectors in CloudFormation templates, with what can be read there of their role and worker configuration.

Parameters stand for their defaults; what only a deployment can know is `LATER`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LATER = "<decided at deployment>"
_CONNECTOR, _WORKERS = "AWS::KafkaConnect::Connector", "AWS::KafkaConnect::WorkerConfiguration"


class NoTemplate(Exception):
    """The file is no CloudFormation template with a connector; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Role:
    """Of a role's trust and of its inline policies: services, actions, and actions allowed on every resource."""

    trusts: frozenset[str]
    actions: frozenset[str]
    on_everything: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a template says of itself: the defaults of its parameters, and its conditions."""

    defaults: Mapping[str, Any]
    conditions: Mapping[str, Any]

    @classmethod
    def of(cls, template: Mapping[str, Any]) -> _Known:
        parameters = template.get("Parameters") or {}
        defaults = {name: one["Default"] for name, one in parameters.items() if "Default" in (one or {})}
        return cls(defaults, template.get("Conditions") or {})

    def holds(self, condition: str) -> bool:
        """Whether a condition holds with the defaults; one that cannot be told is taken to hold."""
        return self._true(self.conditions.get(condition))

    def _true(self, expression: Any) -> bool:
        match expression:
            case {"Fn::Equals": [left, right]}:
                return str(_resolved(left, self)) == str(_resolved(right, self))
            case {"Fn::Not": [inner]}:
                return not self._true(inner)
            case {"Condition": str(name)}:
                return self.holds(name)
        return True


class _Loader(yaml.SafeLoader):
    """Knows CloudFormation's short forms: `!Ref X` is read as `{"Ref": X}`."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)} if isinstance(node, yaml.MappingNode) else {}


_Loader.add_multi_constructor("!", _short_form)


def connectors(path: Path, text: str) -> list[tuple[str, dict[str, Any], Role | None]]:
    """Each connector: its logical name, its properties in the form of CreateConnector, its role. Raises NoTemplate."""
    try:
        template = yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader that knows short forms
    except yaml.YAMLError as err:
        raise NoTemplate(f"{path}: not YAML: {err}") from err
    resources = template.get("Resources") if isinstance(template, dict) else None
    if not isinstance(resources, dict):
        raise NoTemplate(f"{path}: expected a CloudFormation template with Resources")
    known = _Known.of(template)
    found = [
        (name, _connector(resource.get("Properties") or {}, resources, known), _role(resource, resources))
        for name, resource in resources.items()
        if isinstance(resource, dict) and resource.get("Type") == _CONNECTOR
    ]
    if not found:
        raise NoTemplate(f"{path}: no resource of type {_CONNECTOR} in it")
    return found


def _connector(given: Mapping[str, Any], resources: Mapping[str, Any], known: _Known) -> dict[str, Any]:
    told = {
        _camel(name): value if name == "ConnectorConfiguration" else _lowered(value) for name, value in given.items()
    }
    resolved: dict[str, Any] = _resolved(told, known)
    resolved["plugins"] = [_named(one, resources, known) for one in given.get("Plugins") or ()]
    workers = _target((given.get("WorkerConfiguration") or {}).get("WorkerConfigurationArn"), resources)
    if workers.get("Type") == _WORKERS:
        resolved["workerProperties"] = _text(_resolved(workers["Properties"].get("PropertiesFileContent"), known))
    return resolved


def _text(content: Any) -> str:
    """The text of `PropertiesFileContent`, which is base64; empty while nobody knows it."""
    try:
        return base64.b64decode(str(content), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _named(plugin: Any, resources: Mapping[str, Any], known: _Known) -> Any:
    """The plugin with the name of its resource, where the version of the connector may be told."""
    arn = (plugin.get("CustomPlugin") or {}).get("CustomPluginArn") if isinstance(plugin, dict) else None
    if isinstance(arn, dict) and isinstance(chosen := arn.get("Fn::If"), list):
        arn = chosen[1] if known.holds(chosen[0]) else chosen[2]
    return [_resolved(arn, known), _resolved(_target(arn, resources).get("Properties"), known)]


def _target(reference: Any, resources: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(reference, dict):
        return {}
    name = reference.get("Ref") or (reference.get("Fn::GetAtt") or [None])[0]
    resource = resources.get(name) if isinstance(name, str) else None
    return resource if isinstance(resource, dict) else {}


def _resolved(value: Any, known: _Known) -> Any:
    match value:
        case list():
            return [_resolved(one, known) for one in value]
        case {"Ref": str(name)}:
            return None if name == "AWS::NoValue" else known.defaults.get(name, LATER)
        case {"Fn::Sub": str(text)}:
            return _substituted(text, known.defaults)
        case {"Fn::Sub": [str(text), dict(more)]}:
            return _substituted(text, {**known.defaults, **_resolved(more, known)})
        case {"Fn::Base64": inner}:
            return base64.b64encode(str(_resolved(inner, known)).encode()).decode()
        case {"Fn::If": [str(condition), first, second]}:
            return _resolved(first if known.holds(condition) else second, known)
        case dict() if len(value) == 1 and next(iter(value)).startswith("Fn::"):
            return LATER
        case dict():
            inner = {name: _resolved(one, known) for name, one in value.items()}
            return {name: one for name, one in inner.items() if one is not None}
    return value


def _substituted(text: str, values: Mapping[str, Any]) -> str:
    filled = re.sub(r"\$\{(?!!)([\w:.]+)\}", lambda found: str(values.get(found[1], LATER)), text)
    return filled.replace("${!", "${")


def _lowered(value: Any) -> Any:
    """With the first letter of each key as in the API, except those of functions."""
    if isinstance(value, list):
        return [_lowered(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name if name == "Ref" or "::" in name else _camel(name): _lowered(one) for name, one in value.items()}


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _role(connector: Mapping[str, Any], resources: Mapping[str, Any]) -> Role | None:
    role = _target((connector.get("Properties") or {}).get("ServiceExecutionRoleArn"), resources).get("Properties")
    if role is None:
        return None
    statements = [*_statements(role.get("AssumeRolePolicyDocument"))]
    trusts = (service for one in statements for service in _listed((one.get("Principal") or {}).get("Service")))
    allowed = [
        one
        for policy in role.get("Policies") or ()
        for one in _statements(policy.get("PolicyDocument"))
        if one.get("Effect") == "Allow"
    ]
    everything = (
        action for one in allowed if "*" in _listed(one.get("Resource")) for action in _listed(one.get("Action"))
    )
    return Role(
        frozenset(trusts),
        frozenset(action for one in allowed for action in _listed(one.get("Action"))),
        frozenset(everything),
    )


def _statements(document: Any) -> Iterator[dict[str, Any]]:
    yield from (one for one in _listed((document or {}).get("Statement")) if isinstance(one, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
