"""What is in the jars of a plugin: its connectors, the Java it needs, and jars that do not belong together.

A connector is found as Kafka Connect finds it: by a service file (KIP-898), or by a class that extends SourceConnector
or SinkConnector.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from cli import java_classes
from cli.java_classes import JavaClass

_ROOTS = {
    "org/apache/kafka/connect/source/SourceConnector",
    "org/apache/kafka/connect/sink/SinkConnector",
    "org/apache/kafka/connect/connector/Connector",
}
_SERVICES = tuple(f"META-INF/services/{root.replace('/', '.')}" for root in _ROOTS)
_VERSIONED = re.compile(r"(?P<artifact>.+?)-(?P<version>\d[\w.+]*)(-[\w.+-]+)?\.jar")
"""What follows a second dash is a classifier: the same version for other processors is no conflict."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """`java` is the least Java version that loads the connectors.

    `problems` make the plugin useless; `conflicts` leave to chance which class is loaded; `warnings` may be harmless.
    """

    connectors: tuple[str, ...]
    java: int
    problems: tuple[str, ...]
    conflicts: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    classes: dict[str, JavaClass] = field(default_factory=dict)
    owners: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    """Class file to its checksums to the jar that holds it."""
    services: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


def inspect(files: Mapping[str, bytes]) -> Inspection:
    """Look at the jars among `files` (path to content)."""
    jars = {path: content for path, content in files.items() if path.endswith(".jar")}
    seen = _Seen()
    for path, content in jars.items():
        _read_jar(path, content, seen)
    connectors = sorted(_connectors(seen))
    problems = list(seen.broken)
    if not jars:
        problems.append("no jar in it")
    elif not connectors:
        problems.append("no connector in it: no service file names one and no class extends Source- or SinkConnector")
    missing = sorted(seen.services - {name.replace("/", ".") for name in seen.classes})
    problems += [f"a service file names {name}, which is in no jar" for name in missing]
    java = max((seen.classes[name.replace(".", "/")].java for name in connectors), default=0)
    conflicts = tuple(_same_artifact_twice(jars))
    return Inspection(tuple(connectors), java, tuple(problems), conflicts, tuple(_same_class_differs(seen)))


def _read_jar(path: str, content: bytes, seen: _Seen) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as jar:
            for entry in jar.infolist():
                name = entry.filename
                if name in _SERVICES:
                    seen.services |= set(_service_names(jar.read(entry).decode()))
                elif name.endswith(".class") and not name.startswith("META-INF/") and "module-info" not in name:
                    seen.owners[name].setdefault(entry.CRC, path)
                    found = java_classes.read(jar.read(entry))
                    seen.classes[found.name] = found
    except (zipfile.BadZipFile, struct.error, KeyError, IndexError, UnicodeDecodeError) as err:
        seen.broken.append(f"{path} cannot be read as a jar: {err}")


def _service_names(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if name := line.partition("#")[0].strip():
            yield name


def _connectors(seen: _Seen) -> Iterator[str]:
    for found in seen.classes.values():
        parent = found.parent
        while parent in seen.classes and parent not in _ROOTS:
            parent = seen.classes[parent].parent
        if (parent in _ROOTS or found.name.replace("/", ".") in seen.services) and not found.abstract:
            yield found.name.replace("/", ".")


def _same_artifact_twice(jars: Mapping[str, bytes]) -> Iterator[str]:
    by_artifact: dict[str, dict[str, str]] = defaultdict(dict)
    by_content: dict[str, str] = {}
    for path, content in sorted(jars.items()):
        digest = hashlib.sha256(content).hexdigest()
        if digest in by_content:
            yield f"{path} is the same file as {by_content[digest]}"
            continue
        by_content[digest] = path
        if matched := _VERSIONED.fullmatch(PurePosixPath(path).name):
            by_artifact[matched["artifact"]][path] = matched["version"]
    for artifact, versions in by_artifact.items():
        if len(set(versions.values())) > 1:
            yield f"{artifact} is there in more than one version: {_listed(versions)}"


def _same_class_differs(seen: _Seen) -> Iterator[str]:
    pairs: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, owners in seen.owners.items():
        if len(set(owners.values())) > 1:
            pairs[tuple(sorted(set(owners.values())))].append(name)
    for jars, names in pairs.items():
        example = names[0].removesuffix(".class").replace("/", ".")
        yield f"{_listed(jars)} hold different classes of one name: {len(names)}, such as {example}"


def _listed(things: Iterable[str]) -> str:
    return ", ".join(things)
