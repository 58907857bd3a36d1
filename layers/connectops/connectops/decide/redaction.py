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
    r"(?:password|passwd|passphrase|passcode|secret|token|(?:api|access|private|account|encryption|master|signing|"
    r"shared)[._-]?key|credentials?|jaas\.config|user\.info|authorization|cookie|keystore\.key|certificate\.chain|pwd|"
    r"(?<=[._-])pass)"
)
_KEY_WORDS = ("pass", "secret", "token", "key", "credential", "jaas", "user.info", "authorization", "cookie",
              "certificate.chain", "pwd")  # fmt: skip
_VALUE = (
    r"(?!(?:YES|NO)\))"
    r"(\\?\"(?:[^\"\\]|\\[^\"]|\\\"(?![,}\s:]|$)){0,2000}(?:\\?\"|$)|'[^']{0,2000}'?|\[hidden\]|(?:(?:Bearer|Basic) )?"
    r"[^\s;&}\])<]{1,2000}?(?=,?(?:\s|$)|[;&}\])<]|,[\w.-]{1,100}=))"
)
_QUOTED_VALUES = r"(?:Unrecognized token|Text|(?<!time zone )value:?)"
_DOUBLE_QUOTED_VALUES = (
    r"(?:invalid input syntax for \w{1,20}[^:\n]{0,60}:|For input string:|from String|from Number|Unparseable date:|"
    r"value:?)"
)
_SQL_WORDS = ("select", "update", "delete", "insert", "alter", "create", "identified", "grant", "merge", "change",
              "password")  # fmt: skip
_STATEMENT = re.compile(
    r"\b(?:SELECT\s[^\n]{1,2000}?\sFROM|UPDATE\s+\S{1,300}\s+SET|INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|"
    r"(?:ALTER|CREATE)\s+(?:TABLE|USER|ROLE|SERVER|SUBSCRIPTION)|IDENTIFIED\s+(?:BY|WITH)|GRANT\s+[A-Z]|CHANGE\s+MASTER|"
    r"CHANGE\s+REPLICATION|SET\s+PASSWORD)\b",
    re.IGNORECASE,
)
_LITERALS = re.compile(
    r"((?:[=<>,(]|\b(?:LIKE|BY|AS|PASSWORD|DEFAULT|BETWEEN|AND|COMMENT|THEN|ELSE)\b)\s{0,3})"
    r"[NXB]?'(?:[^'\\]|\\.|''){0,4000}(?:'|$)|(\b(?:WHERE|SET|AND|OR)\s[^=<>\n]{1,200}[=<>]{1,2}\s{0,3})-?\d[\d.]{0,60}",
    re.IGNORECASE | re.DOTALL,
)

# words in lower case that a text must hold one of; pattern; what is put in its place
_SECRETS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("-----begin",), r"-----BEGIN [A-Z0-9 ]{1,40}-----.{0,20000}?(?:-----END [A-Z0-9 ]{1,40}-----|$)", GONE),
    (("mii",), r"\bMII[A-Z]?[\w+/]{40,8000}={0,2}", GONE),
    (("loginmodule",), r"(LoginModule (?:required|requisite|sufficient|optional))[^;]{0,4000};?", rf"\1 {GONE};"),
    (("://",), r"(?<![\w+.-])([a-z][a-z0-9+.-]{0,40}://)[^/\s'\"]{1,500}@", rf"\1{GONE}@"),
    (("jdbc:oracle",), r"(jdbc:oracle:thin:)[^@\s]{1,300}@", rf"\1{GONE}@"),
    (("hooks.slack.com",), r"(hooks\.slack\.com/)[\w/.-]{1,500}", rf"\1{GONE}"),
    (
        _KEY_WORDS,
        rf"(?m)({_KEYS}[\w.-]{{0,60}} = )(?!\*\*\*)[^\n]{{1,4000}}?(?=, [\w.-]{{1,100}} ?=|$)",
        rf"\1{GONE}",
    ),
    (_KEY_WORDS, rf"(<[\w.-]{{0,60}}{_KEYS}[\w.-]{{0,60}}>)[^<]{{1,2000}}", rf"\1{GONE}"),
    (_KEY_WORDS, rf"((?:^|\s)--?[\w-]{{0,40}}{_KEYS} )\S{{1,2000}}", rf"\1{GONE}"),
    (
        _KEY_WORDS,
        rf"({_KEYS}[\w.-]{{0,60}}=)(?![\"'\\])[^\n]{{1,500}}?(?=, [\w.-]{{1,100}}=|\}})",
        rf"\1{GONE}",
    ),
    (_KEY_WORDS, rf"({_KEYS}[\w.-]{{0,60}}\\?['\"]?\s{{0,3}}(?:=>|[=:])\s{{0,3}}){_VALUE}", rf"\1{GONE}"),
    (("bearer ", "basic "), r"\b((?:Bearer|Basic) )[\w+/=.~-]{8,4000}", rf"\1{GONE}"),
    (("eyj",), r"\beyJ[\w-]{5,4000}\.[\w-]{2,8000}(?:\.[\w-]{0,4000})?", GONE),
    (("akia", "asia"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", GONE),
    (("gh", "xox"), r"\b(?:gh[opsur]_|github_pat_|xox[abeprs]-)[\w-]{10,400}", GONE),
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
    (("values (", "values("), r"(?<=\bVALUES) ?\(.{0,8000}?\)(?= (?:ON |AS |was |RETURNING)|;|\n|$)", f" ({GONE})"),
    (("eventheaderv4",), r"(Event\{header=EventHeaderV4\{[^}]{0,1000}\})[^']{0,20000}", rf"\1, data={GONE}"),
    (("key (",), r"(Key \([^)\n]{0,500}\)=\()[^)\n]{0,2000}\)", rf"\1{GONE})"),
    (("failing row",), r"(Failing row contains \()[^\n]{0,4000}\)", rf"\1{GONE})"),
    (("duplicate entry",), r"(Duplicate entry ')[^\n]{0,1000}?('(?: for key|$))", rf"\1{GONE}\2"),
    (("duplicate key value is",), r"(The duplicate key value is \()[^)\n]{0,1000}\)", rf"\1{GONE})"),
    (("token '", "text '", "value: '", "value '"), rf"({_QUOTED_VALUES} ')[^\n]{{0,2000}}?'(?!\w)", rf"\1{GONE}'"),
    (
        ("syntax for", "string", "from number", "unparseable", "value \"", "value: \""),
        rf"(\b{_DOUBLE_QUOTED_VALUES} \(?\")[^\n]{{0,2000}}\"",
        rf"\1{GONE}\"",
    ),
    (("for field:",), r"(for field: \"[^\"\n]{0,300}\" value )[^\n]{0,2000}", rf"\1{GONE}"),
    (("is neither a",), r"(\bCharacter )[^\n]{1,200}?( is neither a)", rf"\1{GONE}\2"),
    (("[source: ",), r"(\[Source: )\(?[^\n]{0,4000}?(;? line: \d{1,9})", rf"\1{GONE}\2"),
    (("value (",), r"(\bValue \()[^)\n]{0,2000}\)", rf"\1{GONE})"),
    (
        ("consumerrecord(",),
        r"(ConsumerRecord\(topic = [^,]{0,300},).{0,8000}?(offset = \d{1,20},).{0,20000}\)",
        rf"\1 \2 {GONE})",
    ),
    (
        ("keyschema=", "valueschema="),
        r"(\b(?:key|value)=)(?!\*\*\*)[^\n]{0,8000}?(?=, (?:key|value)Schema=)",
        rf"\1{GONE}",
    ),
    (("struct{",), r"(Struct\{)(?![^}]{0,300}\bconnector=)[^}]{0,8000}\}?", rf"\1{GONE}}}"),
    (("key=", "value=", "payload="), r"(\b(?:key|value|payload)=)(?:Struct|\{|\[)[^\n]{0,8000}", rf"\1{GONE}"),
    (("preview of failed",), r"(preview of failed source: ')[^\n]{0,8000}?'", rf"\1{GONE}'"),
    (("document{{",), r"(Document\{\{)[^\n]{0,8000}\}\}", rf"\1{GONE}}}}}"),
    (("row", "rows"), r"(\brows?[:=] ?\[)[^\n]{0,8000}\]", rf"\1{GONE}]"),
    (("@",), r"(?<![\w.+'/:-])[\w.+-]{1,64}(?=@[\w-]{1,63}\.[a-z][\w.-]{1,63})", GONE),
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
    if any(word in lower for word in _SQL_WORDS):
        text = _without_literals(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _without_literals(text: str) -> str:
    """The text without the literals of an SQL statement; tables and columns stay."""
    statement = _STATEMENT.search(text)
    if statement is None:
        return text
    begin = statement.start()
    return text[:begin] + _LITERALS.sub(_hidden, text[begin:])


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}'{GONE}'" if found[1] is not None else f"{found[2]}{GONE}"
