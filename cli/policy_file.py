"""A policy file on this machine, as the deployment would read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from connectops.decide.intent import covers
from connectops.decide.policy_file import read_rules
from connectops.errors import SettingsError
from connectops.model import RepairPolicy


def read_policy(path: Path, key: str | None = None) -> RepairPolicy:
    """The product's numbers with the rules of a file; with `key` those for that connector, made to cover any.

    Raises SettingsError naming line and key.
    """
    try:
        text = path.read_text()
    except UnicodeDecodeError as err:
        raise SettingsError((f"{path.name} is not text in UTF-8: {err}",)) from err
    rules = read_rules(text, path.name, datetime.now(UTC))
    if key is not None:
        rules = tuple(replace(rule, match=("*",)) for rule in rules if covers(rule, key))
    return RepairPolicy(rules=rules)
