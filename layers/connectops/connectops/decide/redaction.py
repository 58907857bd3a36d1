"""Secrets and personal data out of a text, before it leaves a function.

Removed: values of keys that name a secret, credentials in URLs, PEM blocks, JAAS settings, tokens and access keys, and
row values where exceptions are known to quote them. Kept, because people need them to act: hosts, databases, tables,
columns, topics, offsets, error numbers. Every pattern is bounded and anchored at a literal, without nested repetition,
and is tried only on a text that holds one of the words it stands behind.
"""

from __future__ import annotations

import re

GONE = "***"
TEXT_KEPT = 2_000

_KEYS = (
    r"(?:password|passwd|passphrase|secret|token|api[._-]?key|access[._-]?key|private[._-]?key|credentials?|"
    r"jaas\.config|user\.info|authorization|keystore\.key|certificate\.chain|pwd)"
)
_KEY_WORDS = ("passw", "passphrase", "secret", "token", "key", "credential", "jaas", "user.info", "authorization",
              "certificate.chain", "pwd")  # fmt: skip
_VALUE = (
    r"(?!(?:YES|NO)\))"
    r"(\"[^\"]{0,2000}\"?|'[^']{0,2000}'?|\[hidden\]|(?:(?:Bearer|Basic) )?[^\s,;&}\])]{1,2000})"
)
_QUOTED_VALUES = r"(?:Unrecognized token|Text|Incorrect \w{1,20} value:|Truncated incorrect \w{1,20} value:)"
_DOUBLE_QUOTED_VALUES = (
    r"(?:invalid input syntax for \w{1,20}[^:\n]{0,60}:|For input string:|from String|from Number|Unparseable date:)"
)

# words in lower case that a text must hold one of; pattern; what is put in its place
_SECRETS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("-----begin",), r"-----BEGIN [A-Z0-9 ]{1,40}-----.{0,20000}?(?:-----END [A-Z0-9 ]{1,40}-----|$)", GONE),
    (("loginmodule",), r"(LoginModule (?:required|requisite|sufficient|optional))[^;]{0,4000};?", rf"\1 {GONE};"),
    (("://",), r"(?<![\w+.-])([a-z][a-z0-9+.-]{0,40}://)[^/\s@'\"]{1,500}@", rf"\1{GONE}@"),
    (("jdbc:oracle",), r"(jdbc:oracle:thin:)[^@\s]{1,300}@", rf"\1{GONE}@"),
    (_KEY_WORDS, rf"({_KEYS}[\w.-]{{0,60}}['\"]?\s{{0,3}}(?:=>|[=:])\s{{0,3}}){_VALUE}", rf"\1{GONE}"),
    (("bearer ", "basic "), r"\b((?:Bearer|Basic) )[\w+/=.~-]{8,4000}", rf"\1{GONE}"),
    (("eyj",), r"\beyJ[\w-]{5,4000}\.[\w-]{2,8000}(?:\.[\w-]{0,4000})?", GONE),
    (("akia", "asia"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", GONE),
    (
        ("x-amz-", "sig=", "sv="),
        r"([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|sv)=)[^&\s]{1,4000}",
        rf"\1{GONE}",
    ),
    (
        ("invalid value",),
        r"(Invalid value )[^\n]{0,500}?( for configuration [\w.-]{0,200}(?:password|secret|token|jaas|key))",
        rf"\1{GONE}\2",
    ),
)  # fmt: skip
_ROW_VALUES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("received dml",), r"(Received DML ').{0,8000}?(' for processing)", rf"\1{GONE}\2"),
    (("values (",), r"(?<=\bVALUES )\(.{0,8000}?\)(?= (?:ON |was |RETURNING)|;|\n|$)", f"({GONE})"),
    (("eventheaderv4",), r"(Event\{header=EventHeaderV4\{[^}]{0,1000}\})[^']{0,20000}", rf"\1, data={GONE}"),
    (("key (",), r"(Key \([^)\n]{0,500}\)=\()[^)\n]{0,2000}\)", rf"\1{GONE})"),
    (("failing row",), r"(Failing row contains \()[^\n]{0,4000}\)", rf"\1{GONE})"),
    (("duplicate entry",), r"(Duplicate entry ')[^\n]{0,1000}?('(?: for key|$))", rf"\1{GONE}\2"),
    (("duplicate key value is",), r"(The duplicate key value is \()[^)\n]{0,1000}\)", rf"\1{GONE})"),
    (("token '", "text '", "value: '"), rf"(\b{_QUOTED_VALUES} ')[^\n]{{0,2000}}?'", rf"\1{GONE}'"),
    (
        ("syntax for", "string", "from number", "unparseable"),
        rf"(\b{_DOUBLE_QUOTED_VALUES} \(?\")[^\n]{{0,2000}}\"",
        rf"\1{GONE}\"",
    ),
    (("[source: ",), r"(\[Source: )\(?[^\n]{0,4000}?(;? line: \d{1,9})", rf"\1{GONE}\2"),
    (("value (",), r"(\bValue \()[^)\n]{0,2000}\)", rf"\1{GONE})"),
    (
        ("consumerrecord(",),
        r"(ConsumerRecord\(topic = [^,]{0,300},).{0,8000}?(offset = \d{1,20},).{0,20000}\)",
        rf"\1 \2 {GONE})",
    ),
    (("struct{",), r"(Struct\{)(?![^}]{0,300}\bconnector=)[^}]{0,8000}\}?", rf"\1{GONE}}}"),
    (("key=", "value=", "payload="), r"(\b(?:key|value|payload)=)(?:Struct|\{|\[)[^\n]{0,8000}", rf"\1{GONE}"),
    (("preview of failed",), r"(preview of failed source: ')[^\n]{0,8000}?'", rf"\1{GONE}'"),
)  # fmt: skip
_RULES = tuple(
    (words, re.compile(pattern, re.DOTALL | re.IGNORECASE), place) for words, pattern, place in _SECRETS + _ROW_VALUES
)


def redact(text: str, limit: int = TEXT_KEPT) -> str:
    """The text without secrets and row values, cut to `limit` characters."""
    text = text[: 4 * limit]
    if not text.isascii():  # half a surrogate pair, from an escape that was cut, cannot be sent
        text = text.encode("utf-8", "replace").decode("utf-8")
    lower = text.lower()
    for words, pattern, place in _RULES:
        for word in words:
            if word in lower:
                text = pattern.sub(place, text)
                break
    return text if len(text) <= limit else text[: limit - 1] + "…"
