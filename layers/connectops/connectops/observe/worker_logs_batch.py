"""A subscription event of CloudWatch Logs, opened: the lines of one log stream.

Source: Amazon CloudWatch Logs user guide, "Subscription filters with AWS Lambda".
"""

from __future__ import annotations

import binascii
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec
from isal import igzip, isal_zlib

from connectops.errors import MalformedEvent

DATA_MESSAGE = "DATA_MESSAGE"
CONTROL_MESSAGE = "CONTROL_MESSAGE"


class LogEvent(msgspec.Struct, gc=False):
    """One physical line: `timestamp` in milliseconds since 1970."""

    id: str
    timestamp: int
    message: str


class _Envelope(msgspec.Struct, rename="camel"):
    message_type: str
    log_group: str = ""
    log_stream: str = ""
    log_events: list[LogEvent] = []


class LogBatch(msgspec.Struct):
    """The lines of one log stream that one subscription event carries."""

    group: str
    stream: str
    events: list[LogEvent]


_decoder = msgspec.json.Decoder(_Envelope)


def decode(event: Mapping[str, Any]) -> LogBatch | None:
    """The lines of a CloudWatch Logs subscription event; None for a CONTROL_MESSAGE.

    Raises MalformedEvent if it is not `{"awslogs": {"data": base64(gzip(JSON))}}` of the documented shape.
    Source: Amazon CloudWatch Logs user guide, "Subscription filters with AWS Lambda".
    """
    try:
        data = event["awslogs"]["data"]
    except (KeyError, TypeError) as err:
        raise MalformedEvent("not a CloudWatch Logs event: expected awslogs.data") from err
    envelope = _parse(_unzip(data))
    if envelope.message_type == CONTROL_MESSAGE:
        return None
    if envelope.message_type != DATA_MESSAGE:
        raise MalformedEvent(f"messageType is {envelope.message_type[:40]!r}, expected {DATA_MESSAGE}")
    if not envelope.log_group or not envelope.log_stream:
        raise MalformedEvent("logGroup and logStream must be named")
    return LogBatch(envelope.log_group, envelope.log_stream, envelope.log_events)


def _unzip(data: object) -> bytes:
    if not isinstance(data, str | bytes):
        raise MalformedEvent(f"awslogs.data is {type(data).__name__}, expected base64 text")
    try:
        return bytes(igzip.decompress(binascii.a2b_base64(data)))  # type: ignore[no-untyped-call]
    except (binascii.Error, ValueError) as err:
        raise MalformedEvent("awslogs.data is not base64") from err
    except (zlib.error, EOFError, OSError, isal_zlib.error) as err:  # type: ignore[misc]  # it is an exception
        raise MalformedEvent("awslogs.data is not gzip") from err


def _parse(raw: bytes) -> _Envelope:
    try:
        return _decoder.decode(raw)
    except UnicodeDecodeError:
        pass
    except msgspec.ValidationError as err:
        raise MalformedEvent(f"awslogs.data is not a log batch: {err}") from err
    except msgspec.DecodeError as err:
        if "utf-8" not in str(err).lower():
            raise MalformedEvent(f"awslogs.data is not JSON: {err}") from err
    try:  # a line that was cut inside a character: that character is lost, nothing else
        return _decoder.decode(raw.decode("utf-8", "replace"))
    except msgspec.MsgspecError as err:
        raise MalformedEvent(f"awslogs.data is not a log batch: {err}") from err


def point_at(event: Mapping[str, Any]) -> dict[str, str | int]:
    """Where the lines of a batch that cannot be read are, as far as can be made out: never the lines themselves."""
    try:
        document = msgspec.json.decode(_unzip(event["awslogs"]["data"]).decode("utf-8", "replace"))
    except (KeyError, TypeError, MalformedEvent, msgspec.MsgspecError):
        return {}
    if not isinstance(document, dict):
        return {}
    names = {"log_group": "logGroup", "log_stream": "logStream"}
    pointer: dict[str, str | int] = {
        key: document[name][:512] for key, name in names.items() if isinstance(document.get(name), str)
    }
    events = document.get("logEvents")
    events = [each for each in events if isinstance(each, dict)] if isinstance(events, list) else []
    for which, each in (("first", events[:1]), ("last", events[-1:])):
        for event_fields in each:
            if isinstance(event_fields.get("id"), str):
                pointer[f"{which}_event_id"] = event_fields["id"][:100]
            if isinstance(event_fields.get("timestamp"), int):
                pointer[f"{which}_timestamp"] = event_fields["timestamp"]
    return pointer
