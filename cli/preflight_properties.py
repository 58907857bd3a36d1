"""A configuration against what the connector itself says of its properties."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cli.preflight_knowledge import OLDEST_WITH_TOPIC_PREFIX, Knowledge, Property, numbers
from cli.preflight_subject import Subject
from cli.preflight_template import LATER


class Effect(StrEnum):
    """What happens if nothing is changed. A note is about the versions: no configuration can mend it."""

    FAILS = "fails"
    HURTS = "hurts"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    effect: Effect
    subject: str | None
    """The property, or the part of the surroundings, that it is about."""
    reason: str
    fix: str


_PASSED_THROUGH = (
    *("transforms.", "predicates.", "key.converter.", "value.converter.", "header.converter."),
    *("producer.override.", "consumer.override.", "admin.override.", "topic.creation.", "driver.", "internal."),
    *("snapshot.select.statement.overrides.", "signal.consumer.", "signal.producer.", "openlineage."),
)
_RENAMED_IN_2 = {
    "database.server.name": "topic.prefix",
    "database.history": "schema.history.internal",
    "sanitize.field.names": "field.name.adjustment.mode",
    "database.whitelist": "database.include.list",
    "database.blacklist": "database.exclude.list",
    "table.whitelist": "table.include.list",
    "table.blacklist": "table.exclude.list",
    "column.whitelist": "column.include.list",
    "column.blacklist": "column.exclude.list",
}
_NUMBERS = ("INT", "LONG", "SHORT")


def check(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    """Everything that the connector would refuse or would not notice."""
    configuration = subject.configuration
    for name, what in subject.not_text.items():
        yield Finding("not-text", Effect.FAILS, name, f"{name} is {what}", "Give it as text.")
    renamed = dict(_renamed(subject, known))
    for name, value in configuration.items():
        if name in renamed:
            yield _was_renamed(name, renamed[name], known)
        elif (defined := known.defined(name)) is not None and value.strip():
            yield from _value(defined, name, value)
        elif defined is None and not _read(name, subject, known):
            yield _unknown(name, known)
    yield from _missing(subject, known, set(renamed.values()))
    yield from _both_lists(configuration)
    yield from _plugged(configuration)


def decided_later(value: str) -> bool:
    """Whether a value is only known in the worker or at deployment."""
    return LATER in value or re.search(r"\$\{\w+:", value) is not None


def _value(defined: Property, name: str, value: str) -> Iterator[Finding]:
    if defined.deprecated:
        fix = f"Write {_RENAMED_IN_2.get(name, 'its successor')}."
        yield Finding("deprecated", Effect.HURTS, name, f"{name} is deprecated and ends with Debezium 2", fix)
    if decided_later(value):
        return
    if value != value.strip():
        yield Finding("blanks", Effect.HURTS, name, f"{name} begins or ends with a blank", "Take the blank away.")
    value = value.strip()
    wrong = _wrong_type(defined, value) or _out_of_range(defined, value)
    if wrong:
        yield Finding("value", Effect.FAILS, name, f"{name} is {value!r}: {wrong}", f"Give {wrong}.")


def _wrong_type(defined: Property, value: str) -> str | None:
    if defined.type in _NUMBERS and re.fullmatch(r"[+-]?\d+", value) is None:
        return "a whole number is expected"
    if defined.type == "BOOLEAN" and value.lower() not in ("true", "false"):
        return "true or false is expected"
    if defined.values and value.lower() not in {one.lower() for one in defined.values}:
        return f"one of {', '.join(defined.values)} is expected"
    return None


def _out_of_range(defined: Property, value: str) -> str | None:
    if defined.minimum is not None and defined.type in _NUMBERS and int(value) < defined.minimum:
        return f"{defined.minimum} or more is expected"
    if defined.pattern and re.fullmatch(defined.pattern, value) is None:
        return f"a text of the form {defined.pattern} is expected"
    if defined.regular_expressions:
        for one in re.split(r"(?<!\\),", value):
            try:
                # Possessive quantifiers and groups are the same in Java; what differs is rare in names of tables.
                re.compile(one)
            except re.error as err:
                return f"regular expressions are expected, and {one!r} is none ({err})"
    return None


def _renamed(subject: Subject, known: Knowledge) -> Iterator[tuple[str, str]]:
    """Properties that this version has under another name, with that name."""
    old_version = numbers(known.version) < OLDEST_WITH_TOPIC_PREFIX
    pairs = {new: old for old, new in _RENAMED_IN_2.items()} if old_version else _RENAMED_IN_2
    for name in subject.configuration:
        if old_version and known.defined(name):
            continue
        for told, here in pairs.items():
            if name == told or name.startswith(f"{told}."):
                new_name = here + name.removeprefix(told)
                new_name = new_name.replace(".monitored.tables.", ".captured.tables.")
                if known.has_history or not told.startswith(("database.history", "schema.history")):
                    yield name, new_name


def _was_renamed(name: str, here: str, known: Knowledge) -> Finding:
    reason = f"{name} is not read by Debezium {known.version}, where its name is {here}"
    return Finding("renamed", Effect.FAILS, name, reason, f"Rename it to {here}.")


def _read(name: str, subject: Subject, known: Knowledge) -> bool:
    """Whether something reads the property although the connector does not define it."""
    configuration = subject.configuration
    plugged = ("converters", "post.processors", "notification.enabled.channels")
    listed = [one.strip() for key in plugged for one in configuration.get(key, "").split(",") if one.strip()]
    prefixes = (*_PASSED_THROUGH, *(f"{one}." for one in listed))
    if known.has_history:
        prefixes += (f"{known.history}.producer.", f"{known.history}.consumer.")
    if name in known.undefined or name.startswith(prefixes):
        return True
    # The rest of `database.` goes to the JDBC driver, unless it only looks like something of ours.
    return name.startswith("database.") and not _similar(name, known)


def _similar(name: str, known: Knowledge) -> list[str]:
    return difflib.get_close_matches(name, [*known.properties, *known.undefined], n=1, cutoff=0.84)


def _unknown(name: str, known: Knowledge) -> Finding:
    similar = _similar(name, known)
    fix = f"Did you mean {similar[0]}?" if similar else "Remove it, or look for its name in this version."
    short = known.connector_class.rpartition(".")[2]
    return Finding("unknown", Effect.HURTS, name, f"{name} is no property of {short} {known.version}: ignored", fix)


def _missing(subject: Subject, known: Knowledge, renamed: set[str]) -> Iterator[Finding]:
    required = [one.name for one in known.properties.values() if one.required and one.name != "name"]
    kafka_history = f"{known.history}.kafka"
    if known.has_history and known.history not in subject.configuration:
        required += [f"{kafka_history}.bootstrap.servers", f"{kafka_history}.topic"]
    for name in dict.fromkeys(required):
        if not subject.configuration.get(name, "").strip() and name not in renamed | subject.not_text.keys():
            yield Finding("missing", Effect.FAILS, name, f"{name} is required and has no default", f"Give {name}.")


def _both_lists(configuration: dict[str, str]) -> Iterator[Finding]:
    for name in configuration:
        other = name.replace(".include.list", ".exclude.list")
        if other != name and other in configuration:
            reason = f"{name} and {other} exclude one another"
            yield Finding("both-lists", Effect.FAILS, other, reason, "Keep one of the two.")


def _plugged(configuration: dict[str, str]) -> Iterator[Finding]:
    """Lists of names, each with properties of its own: transforms, predicates and converters."""
    for kind in ("transforms", "predicates", "converters"):
        prefix = "" if kind == "converters" else f"{kind}."
        named = [one.strip() for one in configuration.get(kind, "").split(",") if one.strip()]
        for one in named:
            needed = f"{prefix}{one}.type"
            if needed not in configuration:
                yield Finding(
                    "no-type", Effect.FAILS, needed, f"{kind} names {one}, which has no type", f"Give {needed}."
                )
        if prefix:
            used = {name.split(".")[1] for name in configuration if name.startswith(prefix)}
            for one in sorted(used - set(named)):
                reason = f"{prefix}{one}.* is configured and {kind} does not name {one}: it does nothing"
                yield Finding("not-listed", Effect.HURTS, f"{prefix}{one}", reason, f"Add {one} to {kind}.")
