"""The runbook: the catalogue as a page for people, a section a class with its id in lower case as its anchor."""

from __future__ import annotations

from itertools import groupby

from connectops.decide.catalogue import CATALOGUE
from connectops.decide.catalogue.entry import FailureClass, Role, Signature
from connectops.decide.catalogue.lost_position import CHOICES
from connectops.decide.diagnosis_unknown import UNKNOWN
from connectops.model import DataImpact, Platform, Verdict

VERDICTS = {
    Verdict.DO_NOT_RESTART: "**Do not restart.** A restart is useless or does harm.",
    Verdict.RESTART_WITH_BACKOFF: "**Restart, with backoff.**",
    Verdict.RESTART_NOW: "**Restart now.**",
    Verdict.IGNORE: "**Nothing to do.** It is handled by itself.",
}
DATA = {
    DataImpact.SAFE: "nothing is lost",
    DataImpact.DUPLICATED: "records may come twice",
    DataImpact.LOST: "records are lost, or about to be",
    DataImpact.UNKNOWN: "cannot be told from the lines",
}
PLATFORMS = {Platform.MSK_CONNECT: "MSK Connect", Platform.KAFKA_CONNECT: "self-managed Kafka Connect"}
WORDINGS_SHOWN = 8
INTRODUCTION = """# Runbook

One section for each failure class of ConnectOps. Notices link here. Made from the catalogue by `connectops runbook`:
do not edit this page, edit `layers/connectops/connectops/decide/catalogue/` (see [adding a class](adding-a-class.md)).
"""


def page() -> str:
    """The whole page, in Markdown."""
    parts = [INTRODUCTION]
    for group, entries in groupby((*CATALOGUE, UNKNOWN), key=lambda entry: entry.group):
        found = list(entries)
        parts.append(f"- {group}: " + " · ".join(f"[{entry.id}](#{anchor(entry.id)})" for entry in found))
    parts.append("")
    parts += [section(entry) for entry in (*CATALOGUE, UNKNOWN)]
    return "\n".join(parts)


def anchor(failure_class: str) -> str:
    """The fragment under which a class is found: what Markdown makes of its heading."""
    return failure_class.lower()


def section(entry: FailureClass) -> str:
    """What one class means, how to be sure, what to do."""
    cap = f" At most {entry.cap} for one incident." if entry.cap else ""
    lines = [f"## {entry.id}", "", entry.cause, "", VERDICTS[entry.verdict] + cap]
    for condition in (*(each.sentence for each in entry.only_if), entry.conditions):
        lines[-1] += f" {condition}" if condition else ""
    lines += ["", f"- Data: {DATA[entry.data]}.", f"- People are told at: {entry.severity}."]
    if entry.versions:
        lines.append(f"- Versions: {entry.versions}")
    lines += ["", f"**What to do.** {entry.next_step}"]
    if entry.commands:
        lines += ["", "```", *entry.commands, "```"]
    lines += _choices(entry.id)
    wordings = list(dict.fromkeys(filter(None, map(_wording, entry.signatures))))
    if wordings:
        lines += ["", "**How to be sure.** The log says one of:", ""]
        lines += [f"- `{wording}`" for wording in wordings[:WORDINGS_SHOWN]]
        if len(wordings) > WORDINGS_SHOWN:
            lines.append(f"- and {len(wordings) - WORDINGS_SHOWN} more")
    if entry.shown_by:
        lines += ["", f"**How to be sure.** {entry.shown_by}"]
    if entry.explains:
        lines += ["", "Follows from it: " + ", ".join(f"[{each}](#{anchor(each)})" for each in entry.explains) + "."]
    lines += ["", f"Sources: {'; '.join(entry.sources)}.", ""] if entry.sources else [""]
    return "\n".join(lines)


def _choices(failure_class: str) -> list[str]:
    choices = CHOICES.get(failure_class, ())
    if not choices:
        return []
    lines = ["", "**Choices, each with its price.** ConnectOps makes none of them.", ""]
    for choice in choices:
        where = "" if len(choice.on) > 1 else f" ({PLATFORMS[choice.on[0]]} only)"
        lines.append(f"- **{choice.name}**{where}. {choice.how} *Price:* {choice.price}")
    return lines


def _wording(signature: Signature) -> str:
    if signature.role is Role.PROOF:
        return ""
    said = ": ".join(part for part in (signature.exception, signature.text.replace("*", "…")) if part)
    return said.replace("`", "'")
