"""Errors that no entry of the catalogue describes: named, counted, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectops.decide.catalogue.entry import FailureClass
from connectops.model import UNKNOWN_CLASS, DataImpact, LogRecord, Severity, Verdict

_WRAPPERS = (
    "An exception occurred in the change event producer",
    "An exception ocurred in the change event producer",
    "Error processing binlog event",
    "Exiting WorkerSinkTask due to unrecoverable exception",
    "Tolerance exceeded in error handle",
    "Tolerance exceeded in Source Worker error handler",
    "Unhandled exception in error handler",
    "Unrecoverable exception from producer send callback",
    "Unrecoverable exception trying to send",
    "Error while processing event at offset",
    "JDBC sink connector failure",
    "Failed to process a sink record",
    "ConnectException: Failed to start connector: ",
    "ConnectException: Failed to start task: ",
)
_BARE_WRAPPERS = ("java.util.concurrent.ExecutionException", "java.util.concurrent.CompletionException",
                  "java.lang.reflect.InvocationTargetException", "java.lang.RuntimeException",
                  "java.lang.reflect.UndeclaredThrowableException")  # fmt: skip
_BESIDE = ("Suppressed: ", "[CIRCULAR REFERENCE", "Caused by: [CIRCULAR REFERENCE")

NAMED_LOOKED_AT = 1_500
_NAMED = re.compile(r"(?:[a-z]\w*\.){2,}[A-Z]\w*(?:Exception|Error)\b[^\n]*")
_DIED_OF = "manually restarted. Error: "
"""What a sink's task died of, in the line that says so (Kafka 2.5 and later); its trace may be missing."""

_HINTS = re.compile(
    r"config|propert|setting|invalid|illegal|unsupported|not supported|not allowed|required|missing|unknown|unexpected|"
    r"must |cannot be|could not be found|not found|no such|does not exist|doesn't exist|already exists|mismatch|"
    r"incompatible|convert|schema|serializ|parse|parsing|malformed|decode|encod|\bcast\b|ClassCast|\bformat|overflow|truncat|"
    r"out of range|too large|too long|larger than|\bcolumns?\b|\bfields?\b|"
    r"nullpointer|indexoutofbounds|illegalstate|illegalargument|arithmetic|numberformat|nosuchelement|stackoverflow|"
    r"for input string|is null\b|out of bounds|no enum constant|no value present|"
    r"assertion|bufferunderflow|negativearray|duplicate (?:key|value|entry|column|field)|"
    r"offset|position|purged|expired|no longer|lost|corrupt|snapshot|"
    r"denied|auth|permission|privilege|credential|forbidden|unauthorized|certificate|ssl|licen[cs]e|quota|"
    r"password|passphrase|key ?store|trust ?store|decrypt|cipher|incorrect|doesn't match|does not match|please upgrade|"
    r"cannot (?:use|perform|write|alter|cast|find|infer|extract|define|handle|process|apply|deserialize|resolve)|"
    r"longer than|not defined|no \S+ (?:found|defined)|deprecated",
    re.IGNORECASE,
)
_REFUSALS = re.compile(r"SQL\w*Exception|SqlException|Mongo\w+Exception|StatusRuntimeException|\bORA-\d|SQLCODE=-")
"""A server answered and said no: the same statement is refused again, unless it says that it is only busy."""
_TRANSIENT = re.compile(
    r"timeout|timed out|connection (?:refused|reset|closed|lost)|broken pipe|temporar|unavailable|try again|retry|"
    r"disconnected|shut ?down|shutting down|throttl|too many requests|deadlock|interrupted|in progress",
    re.IGNORECASE,
)

UNKNOWN = FailureClass(
    id=UNKNOWN_CLASS,
    group="Unknown",
    cause="An error that the catalogue does not describe.",
    verdict=Verdict.RESTART_WITH_BACKOFF,
    severity=Severity.WARNING,
    data=DataImpact.UNKNOWN,
    next_step="Read the cause line and the trace around it; docs/adding-a-class.md shows how to teach it a new class.",
    restart_cap=1,
    sources=(),
)  # fmt: skip


def from_the_root(causes: Sequence[str]) -> Sequence[int]:
    """The positions of throwables, root first: `Wrapped by` tells the order backwards, side effects come last.

    What was suppressed happened while something else was already failing, and a circular reference repeats.
    """
    order = list(range(len(causes))) if any(cause.startswith("Wrapped by: ") for cause in causes) else None
    rooted = order or range(len(causes) - 1, -1, -1)
    beside = [at for at in rooted if causes[at].startswith(_BESIDE)]
    return [*(at for at in rooted if at not in beside), *beside] if beside else rooted


def root_of(record: LogRecord) -> str:
    """The deepest throwable that is not a wrapper; empty if there is none.

    A wrapper that repeats the text of what it wraps tells as much; so does a paste that lost the begin of its trace.
    """
    causes = record.causes
    words = next((found for at in from_the_root(causes) if (found := _own_words(causes[at]))), "")
    if words or causes:
        return words
    if _DIED_OF in record.message:
        died_of = record.message.partition(_DIED_OF)[2].strip()
        return "" if died_of in ("", "null") else died_of
    if record.level not in ("", "ERROR", "FATAL") or not (record.frames or record.level):
        return ""
    named = _NAMED.search(record.message[:NAMED_LOOKED_AT])
    return named[0].strip() if named else ""


def _own_words(cause: str) -> str:
    """What is left of a throwable without wrappers around it."""
    text = cause.removeprefix("Caused by: ").strip()
    if any(wrapper in text for wrapper in _WRAPPERS):
        return "\n".join(line for line in text.split("\n")[1:] if line.strip(" .[]"))
    while text:
        name, _, message = text.partition(": ")
        wraps = message.partition(":")[0].rstrip().endswith(("Exception", "Error"))
        if name not in _BARE_WRAPPERS or (message and not wraps):
            break
        text = message
    return text


def verdict_of(record: LogRecord) -> Verdict:
    """One careful restart, and only if nothing hints at configuration, a poison record or a lost position."""
    text = "\n".join((*record.causes, *(record.message.split("\n")[1:])))[:8_000]
    root = root_of(record)
    text = "\n".join((root, *map(_own_words, text.split("\n"))))
    if _TRANSIENT.search(root) and not _HINTS.search(root):
        return Verdict.RESTART_WITH_BACKOFF
    refused = _HINTS.search(text) or _REFUSALS.search(text)
    return Verdict.DO_NOT_RESTART if refused else Verdict.RESTART_WITH_BACKOFF
