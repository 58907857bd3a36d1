"""Calls of the MSK Connect API by others, as CloudTrail tells them through EventBridge.

Sources: "Events from AWS services delivered via CloudTrail" in the EventBridge user guide; "CloudTrail userIdentity
element" and "CloudTrail record contents" in the CloudTrail user guide; "Logging MSK API calls" in the MSK developer
guide (parameters that come from the path stand there percent-encoded).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from connectops.errors import MalformedEvent
from connectops.model import MSK_CLUSTER, ApiCall, ConnectorId, Platform

EVENT_SOURCE = "kafkaconnect.amazonaws.com"


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call, the connector that it was about, CloudTrail's id of it, and the role whose session made it, if any."""

    connector: ConnectorId
    call: ApiCall
    id: str
    role: str | None


def read_call(event: Mapping[str, Any]) -> SeenCall | None:
    """The call; None if it is about no connector (a plugin, a list). Raises MalformedEvent if the event is another."""
    detail = event.get("detail")
    if not isinstance(detail, Mapping) or detail.get("eventSource") != EVENT_SOURCE:
        raise MalformedEvent(f"not a call of {EVENT_SOURCE} as EventBridge hands it over from CloudTrail")
    try:
        name = _connector(detail)
        identity = detail.get("userIdentity") or {}
        call = ApiCall(
            operation=str(detail["eventName"]),
            by=_who(identity),
            at=datetime.fromisoformat(detail["eventTime"]).astimezone(UTC),
            by_a_person=identity.get("type") != "AWSService",
            refused=detail.get("errorCode"),
        )
        found = str(detail["eventID"])
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise MalformedEvent(f"a call of {EVENT_SOURCE} that lacks what CloudTrail promises: {err!r}") from err
    if name is None:
        return None
    return SeenCall(ConnectorId(Platform.MSK_CONNECT, MSK_CLUSTER, name), call, found, _role(identity))


def _connector(detail: Mapping[str, Any]) -> str | None:
    """By the ARN that was asked about or answered with, whose second part is the name; or as a new one was called."""
    asked, answered = detail.get("requestParameters") or {}, detail.get("responseElements") or {}
    if asked.get("connectorName"):
        return str(asked["connectorName"])
    parts = unquote(str(asked.get("connectorArn") or answered.get("connectorArn") or "")).split("/")
    return parts[1] if len(parts) > 2 and parts[0].endswith(":connector") else None


def _who(identity: Mapping[str, Any]) -> str:
    """As people would say it: `alice`, `alice (Admin)`, `alice via cloudformation.amazonaws.com`, `AWS (a service)`."""
    kind, via = identity.get("type"), identity.get("invokedBy")
    if kind == "AWSService":
        return f"AWS ({via or 'a service'})"
    name = _name(str(kind), identity)
    return f"{name} via {via}" if via and via != "AWS Internal" else name


def _name(kind: str, identity: Mapping[str, Any]) -> str:
    arn = str(identity.get("arn") or "")
    match kind:
        case "Root":
            return f"root of {identity.get('accountId')}"
        case "AssumedRole" | "FederatedUser" if "/" in arn:
            session = arn.rpartition("/")[2]
            role = _role(identity)
            return f"{session} ({role})" if role else session
    known = (identity.get(key) for key in ("userName", "principalId", "accountId"))
    return str(next(filter(None, known), "somebody unknown"))


def _role(identity: Mapping[str, Any]) -> str | None:
    issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
    return str(issuer["userName"]) if issuer.get("type") == "Role" and issuer.get("userName") else None
