"""Resolves what a template says in terms of its parameters, before anything is created.

moto evaluates conditions only when it creates a resource, leaves gaps where a list says AWS::NoValue, and does not see
that a changed parameter changes a resource through a condition or Fn::Sub. What comes out of here has none of that:
only references between resources are left.
"""

from __future__ import annotations

import re
from typing import Any

from moto.cloudformation.exceptions import ValidationError

NO_VALUE = object()
_NAME_IN_SUB = re.compile(r"\$\{([A-Za-z0-9:]+)\}")


def resolved(document: dict[str, Any], given: dict[str, Any], pseudo: dict[str, str]) -> dict[str, Any]:
    """The template for these parameters. Raises moto's ValidationError for what CloudFormation refuses as well."""
    parameters = {
        name: _parameter(name, declared, given) for name, declared in (document.get("Parameters") or {}).items()
    }
    scope = _Scope({**pseudo, **parameters}, document.get("Conditions") or {}, document.get("Mappings") or {})
    resources = {
        name: {key: scope.value(part) for key, part in resource.items() if key != "Condition"}
        for name, resource in document["Resources"].items()
        if scope.holds(resource.get("Condition"))
    }
    for resource in resources.values():
        if "DependsOn" in resource:
            wanted = resource["DependsOn"]
            wanted = [wanted] if isinstance(wanted, str) else wanted
            resource["DependsOn"] = [name for name in wanted if name in resources]
    outputs = {
        name: {key: scope.value(part) for key, part in output.items() if key != "Condition"}
        for name, output in (document.get("Outputs") or {}).items()
        if scope.holds(output.get("Condition"))
    }
    rest = {key: part for key, part in document.items() if key not in ("Conditions", "Mappings", "Rules")}
    rest |= {"Globals": scope.value(document["Globals"])} if "Globals" in document else {}
    return {**rest, "Resources": resources, "Outputs": outputs}


def _parameter(name: str, declared: dict[str, Any], given: dict[str, Any]) -> Any:
    value = given.get(name, declared.get("Default"))
    if value is None:
        raise ValidationError(message=f"Parameters: [{name}] must have values")
    text = str(value)
    kind = declared.get("Type", "String")
    allowed = declared.get("AllowedValues")
    if allowed is not None and text not in [str(one) for one in allowed]:
        raise ValidationError(message=f"Parameter '{name}' must be one of AllowedValues")
    pattern = declared.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, text):
        raise ValidationError(message=f"Parameter '{name}' must match pattern {pattern}")
    if kind == "Number":
        return _number(name, declared, text)
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [part.strip() for part in text.split(",")]
    return text


def _number(name: str, declared: dict[str, Any], text: str) -> int | float:
    try:
        number = float(text)
    except ValueError as err:
        raise ValidationError(message=f"Parameter '{name}' must be a number") from err
    if not float(declared.get("MinValue", "-inf")) <= number <= float(declared.get("MaxValue", "inf")):
        raise ValidationError(message=f"Parameter '{name}' is out of its range")
    return int(text) if text.lstrip("-").isdecimal() else number


class _Scope:
    """Values by name, and the intrinsic functions over them."""

    def __init__(self, values: dict[str, Any], conditions: dict[str, Any], mappings: dict[str, Any]) -> None:
        self._values, self._conditions, self._mappings = values, conditions, mappings

    def holds(self, condition: str | None) -> bool:
        if condition is None:
            return True
        if condition not in self._conditions:
            raise ValidationError(message=f"Template format error: Unresolved condition {condition}")
        return self._true(self._conditions[condition])

    def _true(self, expression: Any) -> bool:
        ((function, wanted),) = expression.items()
        match function:
            case "Condition":
                return self.holds(wanted)
            case "Fn::Equals":
                first, second = (self.value(side) for side in wanted)
                return str(first) == str(second)
            case "Fn::Not":
                return not self._true(wanted[0])
            case "Fn::And":
                return all(self._true(one) for one in wanted)
            case "Fn::Or":
                return any(self._true(one) for one in wanted)
        raise ValidationError(message=f"Template format error: {function} is no condition function")

    def value(self, part: Any) -> Any:
        if isinstance(part, list):
            return [found for one in part if (found := self.value(one)) is not NO_VALUE]
        if not isinstance(part, dict):
            return part
        if len(part) == 1:
            ((name, wanted),) = part.items()
            return self._function(str(name), wanted, part)
        return self._members(part)

    def _members(self, part: dict[str, Any]) -> dict[str, Any]:
        found = {key: self.value(one) for key, one in part.items()}
        return {key: one for key, one in found.items() if one is not NO_VALUE}

    def _function(self, name: str, wanted: Any, part: dict[str, Any]) -> Any:
        match name:
            case "Ref" if wanted == "AWS::NoValue":
                return NO_VALUE
            case "Ref":
                return self._values.get(wanted, part)
            case "Fn::If":
                condition, yes, no = wanted
                return self.value(yes if self.holds(condition) else no)
            case "Fn::FindInMap":
                table, first, second = (self.value(key) for key in wanted)
                return self.value(self._mappings[table][str(first)][str(second)])
            case "Fn::Sub":
                return self._substituted(wanted)
            case "Fn::Join":
                glue, parts = wanted[0], self.value(wanted[1])
                plain = isinstance(parts, list) and not any(isinstance(one, dict | list) for one in parts)
                return glue.join(str(one) for one in parts) if plain else {name: [glue, parts]}
            case "Fn::Select":
                index, parts = wanted[0], self.value(wanted[1])
                return parts[int(index)] if isinstance(parts, list) else {name: [index, parts]}
            case "Fn::Split":
                glue, text = wanted[0], self.value(wanted[1])
                return text.split(glue) if isinstance(text, str) else {name: [glue, text]}
        return self._members(part)

    def _substituted(self, wanted: Any) -> Any:
        text, own = (wanted, {}) if isinstance(wanted, str) else (wanted[0], self._members(wanted[1]))
        known = {**self._values, **{key: one for key, one in own.items() if not isinstance(one, dict)}}
        text = _NAME_IN_SUB.sub(lambda found: str(known.get(found[1], found[0])), text)
        left = {key: one for key, one in own.items() if isinstance(one, dict)}
        if left:
            return {"Fn::Sub": [text, left]}
        return {"Fn::Sub": text} if "${" in text else text
