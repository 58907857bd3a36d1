"""YAML as it was written: nodes with their place, so that a problem can be told by line and key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectops.errors import SettingsError

if TYPE_CHECKING:
    from yaml import MappingNode, ScalarNode, SequenceNode

    type Node = ScalarNode | SequenceNode | MappingNode

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a file: `path` is how its key is reached, such as `connectors[1].mode`."""

    file: str
    node: Node
    path: str = ""
    line: int = 1

    @property
    def text(self) -> str | None:
        """The text of a scalar as it was written (`off` is not False); None for anything else."""
        return self.node.value if isinstance(self.node.value, str) else None

    @property
    def is_list(self) -> bool:
        return bool(self.node.id == "sequence")

    def problem(self, what: str) -> str:
        return f"{self.file}, line {self.line}: {self.path} {what}"

    def expected(self, what: str) -> str:
        kind = {"sequence": "a list", "mapping": "keys and values"}
        said = repr(self.text[:_SHOWN]) if self.text is not None else kind[self.node.id]
        return self.problem(f"is {said}, expected {what}")


def read_mapping(text: str, name: str, example: str) -> Place | None:
    """The outermost keys of a file called `name`; None if it is empty. Raises SettingsError if it is anything else."""
    import yaml  # 15 ms of a whole CPU that only those who read such a file need

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as err:
        raise SettingsError((f"{name} is not YAML: {' '.join(str(err).split())}",)) from err
    if root is None or root.value == "":
        return None
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError((f"{name}: expected keys and values, such as `{example}`",))
    return Place(name, root)


def entries(place: Place, problems: list[str]) -> dict[str, Place]:
    """The values of a mapping by key; what is no mapping has none, and is a problem."""
    if place.node.id != "mapping":
        problems.append(place.expected("keys and values"))
        return {}
    found: dict[str, Place] = {}
    for key, value in place.node.value:
        name = key.value if isinstance(key.value, str) else "a key that is no text"
        path = f"{place.path}.{name}" if place.path else name
        inner = Place(place.file, value, path, key.start_mark.line + 1)
        if name in found:
            problems.append(inner.problem("stands there twice"))
        found[name] = inner
    return found


def items(place: Place, problems: list[str], expected: str) -> Iterator[Place]:
    """The items of a list; what is no list has none, and is a problem."""
    if not place.is_list:
        problems.append(place.expected(expected))
        return
    for index, item in enumerate(place.node.value):
        yield Place(place.file, item, f"{place.path}[{index}]", item.start_mark.line + 1)
