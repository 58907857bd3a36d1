"""template.yaml and samconfig.toml as plain data, with parameters filled in."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parent.parent.parent
FUNCTIONS = {
    "PollConnectors": "poll_connectors",
    "ReadWorkerLogs": "read_worker_logs",
    "ReadApiCalls": "read_api_calls",
    "RespondToFindings": "respond_to_findings",
    "ReachDatabase": "reach_database",
    "NotifySlack": "notify_slack",
}
"""Logical id of each function, and its folder."""
ON_DEMAND = {"ReadApiCalls", "ReachDatabase"}
"""Functions that only a parameter brings into being."""


@cache
def template() -> dict[str, Any]:
    """The template; `!Ref x` is `{"Ref": "x"}`, and so on."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


def properties(logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template()["Resources"][logical_id]["Properties"]
    return found


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """Properties of all resources of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def defaults() -> dict[str, str]:
    """Each parameter's default, as the text that CloudFormation hands on."""
    return {name: str(parameter["Default"]) for name, parameter in template()["Parameters"].items()}


@cache
def sandbox_overrides() -> dict[str, str]:
    """What samconfig.toml sets for the local AWS."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    pairs = (pair.split("=", 1) for pair in config["sandbox"]["deploy"]["parameters"]["parameter_overrides"])
    return {name: ast.literal_eval(value) if value.startswith('"') else value for name, value in pairs}


def environment(function: str, parameters: dict[str, str]) -> dict[str, str]:
    """The variables of a function; what refers to a resource gets the resource's name as value."""
    variables = (
        template()["Globals"]["Function"]["Environment"]["Variables"] | properties(function)["Environment"]["Variables"]
    )
    return {name: _value(value, parameters) for name, value in variables.items()}


def _value(value: Any, parameters: dict[str, str]) -> str:
    if isinstance(value, dict):
        [[how, what]] = value.items()
        if how == "Fn::Join":
            glue, parts = what
            return _value(parts, parameters) if isinstance(parts, dict) else _joined(glue, parts, parameters)
        if how == "Fn::If":
            condition, then, otherwise = what
            return _value(then if _holds(template()["Conditions"][condition], parameters) else otherwise, parameters)
        assert how == "Ref", f"only !Ref, !Join and !If are expected in an environment, not {how}"
        return parameters.get(what, str(what))
    return str(value)


def _holds(condition: dict[str, Any], parameters: dict[str, str]) -> bool:
    [[how, what]] = condition.items()
    if how == "Fn::Not":
        return not _holds(what[0], parameters)
    assert how == "Fn::Equals", f"only !Not and !Equals are expected of an environment's condition, not {how}"
    return _value(what[0], parameters) == _value(what[1], parameters)


def _joined(glue: str, parts: list[Any], parameters: dict[str, str]) -> str:
    return glue.join(_value(part, parameters) for part in parts)
