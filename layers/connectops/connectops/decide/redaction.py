"""Secrets and personal data out of a text, before it leaves a function.

Removed: values of keys that name a secret, credentials in URLs, PEM blocks, JAAS settings, tokens and access keys, and
row values where exceptions are known to quote them. Kept, because people need them to act: hosts, databases, tables,
columns, topics, offsets, error numbers. Every pattern is bounded and anchored at a literal, without nested repetition,
and is tried only on a text that holds one of the words it stands behind. All are tried on the text as it came, also
inside of what another one hides, so that none takes away the words that another knows a secret by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    r"(?:[=<>,(]|\b(?:LIKE|BY|AS|PASSWORD|DEFAULT|BETWEEN|AND|COMMENT|THEN|ELSE)\b)\s{0,3}"
    r"[NXB]?'((?:[^'\\]|\\.|''){0,4000})(?:'|$)|\b(?:WHERE|SET|AND|OR)\s[^=<>\n]{1,200}[=<>]{1,2}\s{0,3}(-?\d[\d.]{0,60})",
    re.IGNORECASE | re.DOTALL,
)

# words in lower case that a text must hold one of; pattern, whose groups are what is hidden
_SECRETS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("-----begin",), r"(-----BEGIN [A-Z0-9 ]{1,40}-----.{0,20000}?(?:-----END [A-Z0-9 ]{1,40}-----|$))"),
    (("mii",), r"\b(MII[A-Z]?[\w+/]{40,8000}={0,2})"),
    (("loginmodule",), r"LoginModule (?:required|requisite|sufficient|optional)\s{0,3}([^;]{0,4000})"),
    (("://",), r"(?<![\w+.-])[a-z][a-z0-9+.-]{0,40}://([^/\s'\"]{1,500})@"),
    (("jdbc:oracle",), r"jdbc:oracle:thin:([^@\s]{1,300})@"),
    (("hooks.slack.com",), r"hooks\.slack\.com/([\w/.-]{1,500})"),
    (_KEY_WORDS, rf"(?m){_KEYS}[\w.-]{{0,60}} = ([^\n]{{1,4000}}?)(?=, [\w.-]{{1,100}} ?=|$)"),
    (_KEY_WORDS, rf"<[\w.-]{{0,60}}{_KEYS}[\w.-]{{0,60}}>([^<]{{1,2000}})"),
    (_KEY_WORDS, rf"(?:^|\s)--?[\w-]{{0,40}}{_KEYS} (\S{{1,2000}})"),
    (_KEY_WORDS, rf"{_KEYS}[\w.-]{{0,60}}=(?![\"'\\])([^\n]{{1,500}}?)(?=, [\w.-]{{1,100}}=|\}})"),
    (_KEY_WORDS, rf"{_KEYS}[\w.-]{{0,60}}\\?['\"]?\s{{0,3}}(?:=>|[=:])\s{{0,3}}{_VALUE}"),
    (("bearer ", "basic "), r"\b(?:Bearer|Basic) ([\w+/=.~-]{8,4000})"),
    (("eyj",), r"\b(eyJ[\w-]{5,4000}\.[\w-]{2,8000}(?:\.[\w-]{0,4000})?)"),
    (("akia", "asia"), r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b"),
    (("gh", "xox"), r"\b((?:gh[opsur]_|github_pat_|xox[abeprs]-)[\w-]{10,400})"),
    (
        ("x-amz-", "sig=", "sv="),
        r"[?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|sv)=([^&\s]{1,4000})",
    ),
    (
        ("invalid value",),
        r"Invalid value ([^\n]{0,500}?) for configuration [\w.-]{0,200}(?:password|secret|token|jaas|key)",
    ),
)
_ROW_VALUES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("received dml",), r"Received DML '(.{0,8000}?)' for processing"),
    (("values (", "values("), r"(?<=\bVALUES) ?\((.{0,8000}?)\)(?= (?:ON |AS |was |RETURNING)|;|\n|$)"),
    (("eventheaderv4",), r"Event\{header=EventHeaderV4\{[^}]{0,1000}\}(?:, data=)?([^']{0,20000})"),
    (("key (",), r"Key \([^)\n]{0,500}\)=\(([^)\n]{0,2000})\)"),
    (("failing row",), r"Failing row contains \(([^\n]{0,4000})\)"),
    (("duplicate entry",), r"Duplicate entry '([^\n]{0,1000}?)'(?: for key|$)"),
    (("duplicate key value is",), r"The duplicate key value is \(([^)\n]{0,1000})\)"),
    (("token '", "text '", "value: '", "value '"), rf"{_QUOTED_VALUES} '([^\n]{{0,2000}}?)'(?!\w)"),
    (
        ("syntax for", "string", "from number", "unparseable", 'value "', 'value: "'),
        rf"\b{_DOUBLE_QUOTED_VALUES} \(?\"([^\n]{{0,2000}})\"",
    ),
    (("for field:",), r"for field: \"[^\"\n]{0,300}\" value ([^\n]{0,2000})"),
    (("is neither a",), r"\bCharacter ([^\n]{1,200}?) is neither a"),
    (("[source: ",), r"\[Source: \(?([^\n]{0,4000}?);? line: \d{1,9}"),
    (("value (",), r"\bValue \(([^)\n]{0,2000})\)"),
    (
        ("consumerrecord(",),
        r"ConsumerRecord\(topic = [^,]{0,300}, (?:(.{1,8000}?), )?offset = \d{1,20}, ?(.{0,20000})\)",
    ),
    (("keyschema=", "valueschema="), r"\b(?:key|value)=([^\n]{0,8000}?)(?=, (?:key|value)Schema=)"),
    (("struct{",), r"Struct\{(?![^}]{0,300}\bconnector=)([^}]{0,8000})"),
    (("key=", "value=", "payload="), r"\b(?:key|value|payload)=((?:Struct|\{|\[)[^\n]{0,8000})"),
    (("preview of failed",), r"preview of failed source: '([^\n]{0,8000}?)'"),
    (("document{{",), r"Document\{\{([^\n]{0,8000})\}\}"),
    (("row", "rows"), r"\brows?[:=] ?\[([^\n]{0,8000})\]"),
    (("@",), r"(?<![\w.+'/:-])([\w.+-]{1,64})(?=@[\w-]{1,63}\.[a-z][\w.-]{1,63})"),
)
_RULES = tuple((words, re.compile(pattern, re.DOTALL | re.IGNORECASE)) for words, pattern in _SECRETS + _ROW_VALUES)

type _Span = tuple[int, int]


def redact(text: str, limit: int = TEXT_KEPT) -> str:
    """The text without secrets and row values, cut to `limit` characters."""
    text = text[: 4 * limit]
    if not text.isascii():  # half a surrogate pair, from an escape that was cut, cannot be sent
        text = text.encode("utf-8", "replace").decode("utf-8")
    spans = _hidden_spans(text)
    if spans:
        text = _without(text, sorted(spans))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _hidden_spans(text: str) -> list[_Span]:
    lower = text.lower()
    spans: list[_Span] = []
    for words, pattern in _RULES:
        for word in words:
            if word in lower:
                spans += _spans(pattern, text)
                break
    if any(word in lower for word in _SQL_WORDS) and (statement := _STATEMENT.search(text)):
        spans += _spans(_LITERALS, text, statement.start())
    return spans


def _spans(pattern: re.Pattern[str], text: str, at: int = 0) -> Iterator[_Span]:
    """Where the pattern's groups are; the next match may begin inside of what this one hides, not of its words."""
    while found := pattern.search(text, at):
        hidden = [span for span in found.regs[1:] if span[0] >= 0]
        yield from hidden
        at = hidden[0][0] if hidden[0][0] > found.start() else max(found.end(), at + 1)


def _without(text: str, spans: list[_Span]) -> str:
    parts: list[str] = []
    done = 0
    for begin, end in spans:
        if begin > done or not parts:
            parts += (text[done:begin], GONE)
        done = max(done, end)
    return "".join((*parts, text[done:]))
