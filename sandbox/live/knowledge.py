"""Writes cli/knowledge/: what each connector's properties are, asked of the real connector in a real worker.

`PUT /connector-plugins/<class>/config/validate` answers with Debezium's own definitions. It is asked twice: without any
value (what is required?) and with a value that is wrong everywhere (what is allowed?). Properties that Debezium reads
but does not define for Connect are found as string constants in its classes; they are known by name alone.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cli import java_classes
from sandbox.live import needs, parts
from sandbox.live.broker import Broker
from sandbox.live.laboratory import Laboratory
from sandbox.live.stacks import CLASSES
from sandbox.live.worker import Worker

FOLDER = Path(__file__).parent.parent.parent / "cli" / "knowledge"
RUNS_ON = {"1.6.1.Final": "2.7.1", "2.7.4.Final": "3.7.2", "3.2.0.Final": "4.1.0"}
NONSENSE = "?!"

_FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
_OF_FILE_SOURCE = {"file", "topic", "batch.size"}
_PROPERTY = re.compile(r"[a-z][a-z0-9]*(\.[a-zA-Z0-9-]+)+")
_PACKAGES = ("io.", "org.", "com.", "java.", "javax.", "net.", "sun.")
_RANDOM_DEFAULTS = {"database.server.id"}
_PATTERNS = {
    "only the underscore, hyphen and alphanumeric characters": "[A-Za-z0-9_-]+",
    "only the underscore, hyphen, dot and alphanumeric characters": "[A-Za-z0-9_.-]+",
    "Valid replication slot name": "[a-z0-9_]{1,63}",
}


def write(folder: Path = FOLDER) -> None:
    """Ask every version and write one file each; takes about a minute. Raises what `stacks.up` raises."""
    needs.check(())
    folder.mkdir(exist_ok=True)
    with Laboratory() as laboratory:
        broker = Broker(laboratory)
        for version in parts.CONNECT:
            known = [key for key in parts.DEBEZIUM if RUNS_ON[key[1]] == version]
            plugins = [parts.unpacked(parts.DEBEZIUM[key]) for key in known]
            worker = Worker(laboratory, version, broker.address, plugins, name=f"worker-{version}")
            common = [one for one in _definitions(worker, _FILE_SOURCE, {}) if _name(one) not in _OF_FILE_SOURCE]
            of_connect = {_name(one) for one in common}
            _save(folder / f"connect-{version}.json", {"version": version, "properties": [*map(_compact, common)]})
            for kind, debezium in known:
                told = _connector(worker, kind, of_connect)
                strings = set(_string_constants(parts.unpacked(parts.DEBEZIUM[kind, debezium])))
                undefined = sorted(strings - {one["name"] for one in told} - of_connect)
                content = {"class": CLASSES[kind], "version": debezium, "properties": told, "undefined": undefined}
                _save(folder / f"{kind}-{debezium.removesuffix('.Final')}.json", content)
            worker.stop()


def _connector(worker: Worker, kind: str, of_connect: set[str]) -> list[dict[str, Any]]:
    own = [one for one in _definitions(worker, CLASSES[kind], {}) if _name(one) not in of_connect]
    wrong = {_name(one): NONSENSE for one in own}
    errors = {_name(one): one["value"]["errors"] for one in _definitions(worker, CLASSES[kind], wrong)}
    return [_compact(one, errors.get(_name(one), ())) for one in own]


def _definitions(worker: Worker, connector: str, values: dict[str, str]) -> list[dict[str, Any]]:
    path = f"/connector-plugins/{connector.rpartition('.')[2]}/config/validate"
    answer = worker.call("PUT", path, {"name": "asked", "connector.class": connector} | values)
    return list(answer["configs"])


def _name(told: dict[str, Any]) -> str:
    return str(told["definition"]["name"])


def _compact(told: dict[str, Any], errors: Iterable[str] = ()) -> dict[str, Any]:
    """What is said of a property; what is false or empty is left out."""
    defined, value = told["definition"], told["value"]
    required = defined["required"] or any("A value is required" in error for error in value["errors"])
    allowed = value["recommended_values"] if defined["type"] == "STRING" else []
    compact = {
        "name": defined["name"].replace("(d+)", r"(\d+)"),  # Debezium's own slip
        "type": defined["type"],
        "importance": defined["importance"],
        "default": None if defined["name"] in _RANDOM_DEFAULTS else defined["default_value"],
        "required": required,
        "values": sorted(map(str, allowed)),
        "deprecated": not value["visible"] and defined["name"].endswith(("whitelist", "blacklist")),
        **_limits(errors),
    }
    return {key: content for key, content in compact.items() if content not in (None, False, [])}


def _limits(errors: Iterable[str]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for error in errors:
        if "on-negative" in error:
            limits["minimum"] = 0
        elif "positive" in error:
            limits["minimum"] = 1
        elif "list of valid regular expressions" in error:
            limits["regular_expressions"] = True
        elif pattern := next((pattern for said, pattern in _PATTERNS.items() if said in error), None):
            limits["pattern"] = pattern
    return limits


def _string_constants(plugin: Path) -> Iterator[str]:
    for path in plugin.glob("debezium-*.jar"):
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as jar:
            for entry in jar.namelist():
                if entry.endswith(".class"):
                    strings = java_classes.read(jar.read(entry)).strings
                    yield from (one for one in strings if _PROPERTY.fullmatch(one) and not one.startswith(_PACKAGES))


def _save(path: Path, content: dict[str, Any]) -> None:
    """One property a line, so that a diff of two versions can be read."""
    properties = ",\n".join(json.dumps(one, ensure_ascii=False) for one in content.pop("properties"))
    head = json.dumps(content, ensure_ascii=False, indent=1)[:-2]
    path.write_text(f'{head},\n "properties": [\n{properties}\n ]\n}}\n')
