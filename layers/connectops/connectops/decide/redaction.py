"""Secrets and personal data out of a text, before it leaves a function.

Removed: values of keys that name a secret, credentials in URLs, PEM blocks, JAAS settings, tokens and access keys, and
row values where exceptions are known to quote them. Kept, because people need them to act: hosts, databases, tables,
columns, topics, offsets, error numbers. Every pattern is linear: anchored at a literal, without nested repetition.
"""

from __future__ import annotations

import re

GONE = "***"
TEXT_KEPT = 2_000

_SECRET_KEY = (
    r"(?:password|passwd|passphrase|secret|token|api[._-]?key|access[._-]?key|private[._-]?key|credentials?|"
    r"jaas\.config|user\.info|authorization|keystore\.key|certificate\.chain|pwd)"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL if flags else re.DOTALL), replacement)
    for pattern, replacement, flags in (
        (r"-----BEGIN [A-Z0-9 ]{1,40}-----.{0,20000}?(?:-----END [A-Z0-9 ]{1,40}-----|$)", GONE, False),
        (r"(LoginModule (?:required|requisite|sufficient|optional))[^;]{0,4000};?", rf"\1 {GONE};", False),
        (r"(?<![\w+.-])([a-z][a-z0-9+.-]{0,40}://)[^/\s@'\"]{1,500}@", rf"\1{GONE}@", True),
        (r"(jdbc:oracle:thin:)[^@\s]{1,300}@", rf"\1{GONE}@", False),
        (
            rf"({_SECRET_KEY}[\w.-]{{0,60}}['\"]?\s{{0,3}}(?:=>|[=:])\s{{0,3}})"
            r"(?!(?:YES|NO)\))(\"[^\"]{0,2000}\"?|'[^']{0,2000}'?|\[hidden\]|(?:(?:Bearer|Basic) )?[^\s,;&}\])]{1,2000})",
            rf"\1{GONE}",
            True,
        ),
        (r"\b((?:Bearer|Basic) )[\w+/=.~-]{8,4000}", rf"\1{GONE}", True),
        (r"\beyJ[\w-]{5,4000}\.[\w-]{2,8000}(?:\.[\w-]{0,4000})?", GONE, False),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", GONE, False),
        (r"([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|sv)=)[^&\s]{1,4000}", rf"\1{GONE}", True),
        # row values
        (r"(Invalid value )[^\n]{0,500}?( for configuration [\w.-]{0,200}(?:password|secret|token|jaas|key))", rf"\1{GONE}\2", True),
        (r"(Received DML ').{0,8000}?(' for processing)", rf"\1{GONE}\2", False),
        (r"(?<=\bVALUES )\(.{0,8000}?\)(?= (?:ON |was |RETURNING)|;|\n|$)", f"({GONE})", True),
        (r"(Event\{header=EventHeaderV4\{[^}]{0,1000}\})[^']{0,20000}", rf"\1, data={GONE}", False),
        (r"(Key \([^)\n]{0,500}\)=\()[^)\n]{0,2000}\)", rf"\1{GONE})", False),
        (r"(Failing row contains \()[^\n]{0,4000}\)", rf"\1{GONE})", False),
        (r"(Duplicate entry ')[^\n]{0,1000}?('(?: for key|$))", rf"\1{GONE}\2", False),
        (r"(The duplicate key value is \()[^)\n]{0,1000}\)", rf"\1{GONE})", False),
        (r"(\b(?:Unrecognized token|Text|Incorrect \w{1,20} value:|Truncated incorrect \w{1,20} value:) ')[^\n]{0,2000}?'", rf"\1{GONE}'", False),
        (r"(\b(?:invalid input syntax for \w{1,20}[^:\n]{0,60}:|For input string:|from String|from Number|Unparseable date:) \(?\")[^\n]{0,2000}\"", rf"\1{GONE}\"", False),
        (r"(\[Source: )\(?[^\n]{0,4000}?(;? line: \d{1,9})", rf"\1{GONE}\2", False),
        (r"(\bValue \()[^)\n]{0,2000}\)", rf"\1{GONE})", False),
        (r"(ConsumerRecord\(topic = [^,]{0,300},).{0,8000}?(offset = \d{1,20},).{0,20000}\)", rf"\1 \2 {GONE})", False),
        (r"(Struct\{)(?![^}]{0,300}\bconnector=)[^}]{0,8000}\}?", rf"\1{GONE}}}", False),
        (r"(\b(?:key|value|payload)=)(?:Struct|\{|\[)[^\n]{0,8000}", rf"\1{GONE}", False),
        (r"(preview of failed source: ')[^\n]{0,8000}?'", rf"\1{GONE}'", True),
    )
)  # fmt: skip


def redact(text: str, limit: int = TEXT_KEPT) -> str:
    """The text without secrets and row values, cut to `limit` characters."""
    text = text[: 4 * limit]
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text if len(text) <= limit else text[: limit - 1] + "…"
