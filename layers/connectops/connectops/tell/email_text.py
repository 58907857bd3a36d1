"""A notice as an e-mail: a subject line that SNS accepts, and plain text."""

from __future__ import annotations

import unicodedata

from connectops.model import Notice
from connectops.tell.wording import facts, paragraphs, stamp

SUBJECT_LENGTH = 99  # SNS: ASCII or UTF-8 without line breaks or control characters, less than 100 characters
_LABEL_WIDTH = 16


def subject(notice: Notice) -> str:
    """`[page] msk: orders is not restarted: …`: printable ASCII, at most 99 characters."""
    line = f"[{notice.severity}] {notice.connector.cluster}: {notice.title}"
    ascii_line = unicodedata.normalize("NFKD", line).encode("ascii", "replace").decode()
    printable = "".join(char if char.isprintable() else " " for char in ascii_line)
    return printable if len(printable) <= SUBJECT_LENGTH else printable[: SUBJECT_LENGTH - 3].rstrip() + "..."


def text(notice: Notice) -> str:
    lines = [f"{label + ':':<{_LABEL_WIDTH}}{value}" for label, value in facts(notice)]
    links = [("Worker log", notice.links.logs), ("Runbook", notice.links.runbook)]
    blocks = [
        notice.title,
        "\n".join(lines),
        *(f"{heading}:\n{said}" for heading, said in paragraphs(notice)),
        "\n".join(f"{label + ':':<{_LABEL_WIDTH}}{url}" for label, url in links if url),
        f"Incident {notice.incident_id}, notice {notice.id}, written {stamp(notice.at)} by ConnectOps.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"
