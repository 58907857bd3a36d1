"""Who somebody is, from the ARN that AWS knows them by. Source: "IAM identifiers" in the IAM user guide."""

from __future__ import annotations

_PARTS = 6


def person_of(arn: str) -> str:
    """`alice`, `alice (Admin)` for a session of a role, `root of 123456789012`; else the ARN itself."""
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return arn
    account, resource = parts[4], parts[5]
    kind, _, name = resource.partition("/")
    match kind:
        case "root":
            return f"root of {account}"
        case "user" | "federated-user" if name:
            return name.rpartition("/")[2]
        case "assumed-role" if "/" in name:
            role, _, session = name.rpartition("/")
            return f"{session} ({role})"
    return arn
