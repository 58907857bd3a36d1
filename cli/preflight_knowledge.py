"""What is known of each connector's properties: the files in `cli/knowledge/`, extracted from the real connectors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("knowledge")
OLDEST_WITH_TOPIC_PREFIX = (2,)


class NotKnown(Exception):
    """Nothing is known of this connector or of this version; the message says of which it is."""


@dataclass(frozen=True, slots=True)
class Property:
    """`pattern` and `values` are what the connector accepts; empty where it accepts all of its `type`."""

    name: str
    type: str
    importance: str
    default: str | None = None
    required: bool = False
    values: tuple[str, ...] = ()
    deprecated: bool = False
    minimum: int | None = None
    pattern: str | None = None
    regular_expressions: bool = False


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A connector of one version on Kafka Connect of one version.

    `kind` is "mysql", "mariadb" or "postgres"; `undefined` names what is read by it without being defined for Connect.
    """

    kind: str
    connector_class: str
    version: str
    connect: str
    properties: dict[str, Property]
    undefined: frozenset[str]

    @property
    def has_history(self) -> bool:
        return self.kind != "postgres"

    @property
    def history(self) -> str:
        """The prefix of the properties of the schema history."""
        return "database.history" if numbers(self.version) < OLDEST_WITH_TOPIC_PREFIX else "schema.history.internal"

    def defined(self, name: str) -> Property | None:
        """The definition of a property, also of one whose name is a pattern, as those of `column.mask` are."""
        if found := self.properties.get(name):
            return found
        patterns = (one for one in self.properties.values() if "(" in one.name)
        return next((one for one in patterns if re.fullmatch(one.name, name)), None)


def numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, such as (2, 7, 4) for 2.7.4.Final."""
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("Final")[0])[:3])


def of(connector_class: str, debezium: str | None, connect: str | None, names: Iterable[str]) -> Knowledge:
    """The knowledge that fits best; without a version, `names` of properties tell an old connector from a new one.

    Raises NotKnown.
    """
    versions = _versions(connector_class)
    if debezium is None:
        debezium = _guess(versions, set(names))
    chosen = _nearest(connector_class, versions, debezium)
    content = json.loads((FOLDER / f"{versions[chosen]}-{chosen}.json").read_text())
    worker = _connect(connect or ("2.7.1" if numbers(chosen) < OLDEST_WITH_TOPIC_PREFIX else "3.7.2"))
    properties = [Property(**_tuples(one)) for one in [*worker["properties"], *content["properties"]]]
    return Knowledge(
        versions[chosen],
        connector_class,
        debezium.removesuffix(".Final"),
        worker["version"],
        {one.name: one for one in properties},
        frozenset(content["undefined"]),
    )


@cache
def _index() -> dict[str, dict[str, str]]:
    """Connector class to its versions to their kind."""
    index: dict[str, dict[str, str]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        kind, version = path.stem.split("-", 1)
        if kind != "connect":
            index.setdefault(json.loads(path.read_text())["class"], {})[version] = kind
    return index


def _versions(connector_class: str) -> dict[str, str]:
    if connector_class not in _index():
        raise NotKnown(f"nothing is known of connector class {connector_class}; known: {', '.join(_index())}")
    return _index()[connector_class]


def _guess(versions: dict[str, str], names: set[str]) -> str:
    ordered = sorted(versions, key=numbers)
    new = any(name == "topic.prefix" or name.startswith("schema.history.internal") for name in names)
    old = "database.server.name" in names or any(name.startswith("database.history") for name in names)
    return ordered[0] if old and not new else ordered[-1]


def _nearest(connector_class: str, versions: dict[str, str], wanted: str) -> str:
    """The newest known version up to the wanted one, else the oldest of the same major version."""
    if not numbers(wanted):
        raise NotKnown(f"{wanted} is no version; expected one such as 2.7.4")
    same_major = sorted((one for one in versions if numbers(one)[0] == numbers(wanted)[0]), key=numbers)
    if not same_major:
        raise NotKnown(f"nothing is known of {connector_class} {wanted}; known versions: {', '.join(versions)}")
    older = [one for one in same_major if numbers(one) <= numbers(wanted)]
    return older[-1] if older else same_major[0]


def _connect(wanted: str) -> dict[str, Any]:
    known = sorted((path.stem.partition("-")[2] for path in FOLDER.glob("connect-*.json")), key=numbers)
    fitting = [one for one in known if numbers(one)[:2] <= numbers(wanted)[:2]] or known[:1]
    content: dict[str, Any] = json.loads((FOLDER / f"connect-{fitting[-1]}.json").read_text())
    return content


def _tuples(told: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
