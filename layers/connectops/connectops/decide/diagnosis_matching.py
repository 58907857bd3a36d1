"""Finding the signatures that a record matches: by the words it holds, never by trying every pattern on every line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from connectops.decide.catalogue.entry import FailureClass, Party, Role, Signature
from connectops.decide.diagnosis_unknown import from_the_root
from connectops.model import LogRecord, Verdict

_WORD = re.compile(r"\w+")
_CLASS_NAME = re.compile(r"(?:Caused by: |Suppressed: |Wrapped by: |\s+|\[?CIRCULAR REFERENCE: ?)*([\w$.]+)")
_REPEATED_NAME = re.compile(r": ((?:[a-z]\w*\.)+[A-Z][\w$]*)(?=[:\s]|$)")
NAMES_READ = 4
RECORDS_REMEMBERED = 256
TEXT_LOOKED_AT = 6_000
"""Characters of a statement or throwable that are compared: knowledge is at the begin, lists of plug-ins are long."""


@dataclass(frozen=True, slots=True)
class Match:
    """A signature of a class, found in place number `depth` of a record (0: the statement, then its throwables)."""

    entry: FailureClass
    signature: Signature
    depth: int

    @property
    def verdict(self) -> Verdict:
        return self.signature.verdict or self.entry.verdict

    @property
    def role(self) -> Role:
        return self.signature.role


def matches_text(pieces: Sequence[str], text: str) -> bool:
    """Whether the pieces occur in the text in this order: linear, whatever the text holds."""
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


@dataclass(frozen=True, slots=True)
class _Compiled:
    entry: FailureClass
    signature: Signature
    pieces: tuple[str, ...]
    also: tuple[str, ...]
    unless: tuple[tuple[str, ...], ...]
    order: int


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(piece for piece in text.split("*") if piece)


def _whole_words(signature: Signature) -> set[str]:
    """Words that must be in a matching record: those next to a `*` may be parts of words."""
    found: set[str] = set(_WORD.findall(signature.exception.rpartition(".")[2]))
    pieces = signature.text.split("*")
    for number, piece in enumerate(pieces):
        words = _WORD.findall(piece)
        if words and number > 0 and piece[:1].isalnum():
            words = words[1:]
        if words and number < len(pieces) - 1 and piece[-1:].isalnum():
            words = words[:-1]
        found.update(words)
    return found


class Matcher:
    """The signatures of a catalogue, indexed by their rarest word."""

    def __init__(self, entries: Iterable[FailureClass]) -> None:
        compiled = [
            _Compiled(entry, each, _pieces(each.text), _pieces(each.also), tuple(map(_pieces, each.unless)), number)
            for number, (entry, each) in enumerate((e, s) for e in entries for s in e.signatures)
        ]
        words = {each.order: _whole_words(each.signature) for each in compiled}
        frequency = Counter(word for found in words.values() for word in found)
        self._by_word: dict[str, list[_Compiled]] = {}
        for each in compiled:
            if not words[each.order]:
                raise ValueError(f"{each.entry.id}: a signature needs one whole word: {each.signature}")
            # Words of one or two characters are in many lines: `HTTP/1.1 500` is looked for where there is a `500`.
            anchor = min(words[each.order], key=lambda word: (len(word) < 3, frequency[word], -len(word), word))
            self._by_word.setdefault(anchor, []).append(each)
        self._anchors = self._by_word.keys()
        self._known: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], tuple[Match, ...]] = {}

    def find(self, record: LogRecord) -> tuple[Match, ...]:
        """All matches of a record, heaviest first, deepest first among equals. One failure is printed several times."""
        key = (record.logger, record.message, record.causes, record.frames)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= RECORDS_REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._find(record)
        return known

    def _find(self, record: LogRecord) -> tuple[Match, ...]:
        places = [record.message[:TEXT_LOOKED_AT], *(cause[:TEXT_LOOKED_AT] for cause in record.causes)]
        whole = "\n".join(places)
        candidates = [each for word in self._anchors & set(_WORD.findall(whole)) for each in self._by_word[word]]
        if not candidates:
            return ()
        names: list[tuple[str, ...]] = [(), *map(_class_names, record.causes)]
        rooted = [*(at + 1 for at in from_the_root(record.causes)), 0]
        frames: str | None = None
        party: Party | None = None
        found = []
        for each in candidates:
            signature = each.signature
            depth = _depth(each, places, names, rooted)
            if depth < 0 or not _holds(each, record, whole):
                continue
            if signature.frames:
                frames = "\n".join(record.frames) if frames is None else frames
                if not any(frame in frames for frame in signature.frames):
                    continue
            if signature.party:
                party = party or party_of(record, whole)
                if party not in signature.party:
                    continue
            found.append((-signature.weight, rooted.index(depth), each.order, Match(each.entry, signature, depth)))
        found.sort(key=itemgetter(0, 1, 2))
        return tuple(each[3] for each in found)


def _depth(each: _Compiled, places: Sequence[str], names: Sequence[tuple[str, ...]], rooted: Sequence[int]) -> int:
    """The place that holds text and exception, of several the one nearest to the root; -1 if none does."""
    exception = each.signature.exception
    for depth in (0,) if each.signature.statement else rooted:
        if exception and not (_is_class(names[depth], exception) if depth else exception in places[0]):
            continue
        if matches_text(each.pieces, places[depth]):
            return depth
    return -1


def _holds(each: _Compiled, record: LogRecord, whole: str) -> bool:
    signature = each.signature
    if signature.logger and not record.logger.endswith(signature.logger):
        return False
    if each.also and not matches_text(each.also, whole):
        return False
    return not (each.unless and any(matches_text(pieces, whole) for pieces in each.unless))


def _class_names(cause: str) -> tuple[str, ...]:
    """The class of a throwable, and those that it repeats: `RuntimeException: java.io.IOException: …`."""
    head = cause[:600]
    found = _CLASS_NAME.match(head)
    names: list[str] = []
    while found and len(names) < NAMES_READ:
        names.append(found[1])
        found = _REPEATED_NAME.match(head, found.end())
    return tuple(names)


def _is_class(names: tuple[str, ...], wanted: str) -> bool:
    return any(name == wanted or name.endswith(("." + wanted, "$" + wanted)) for name in names)


_PARTIES: tuple[tuple[Party, tuple[str, ...]], ...] = (
    (Party.SCHEMA_REGISTRY, ("kafka.schemaregistry", "io.apicurio.registry", "kafka.serializers.", "AWSSchemaRegistry",
                             "Avro schema", "schema registry", "Schema Registry", "services.schemaregistry",
                             "io.confluent.connect.avro.", "io.confluent.connect.json.JsonSchema",
                             "io.confluent.connect.protobuf.", "Avro key schema", "Avro value schema",
                             "Error serializing Avro", "Error deserializing Avro")),
    (Party.ENDPOINT, ("SinkTask", "sink.JdbcDbWriter", "io.debezium.connector.jdbc", "SinkConnector", "com.mchange",
                      "org.hibernate")),
    (Party.MYSQL, ("io.debezium.connector.mysql", "io.debezium.connector.binlog", "io.debezium.connector.mariadb",
                   "mysql.binlog", "com.mysql.", "org.mariadb.jdbc", "jdbc:mysql:", "jdbc:mariadb:", "MySqlConnector",
                   "to MySQL", "MySQL server", "Communications link failure",
                   "cdc.connectors.mysql")),
    (Party.POSTGRESQL, ("io.debezium.connector.postgresql", "org.postgresql.", "jdbc:postgresql:",
                        "PostgresConnector", "PSQLException")),
    (Party.OTHER_DATABASE, ("com.mongodb", "io.debezium.connector.mongodb", "com.microsoft.sqlserver",
                            "io.debezium.connector.sqlserver", "oracle.jdbc", "oracle.net",
                            "io.debezium.connector.oracle", "io.debezium.connector.db2", "com.ibm.db2", "com.informix",
                            "io.debezium.connector.informix", "io.debezium.connector.vitess",
                            "io.debezium.connector.spanner", "io.debezium.connector.cassandra", "com.datastax",
                            "jdbc:sqlserver:", "jdbc:oracle:", "MongoSocket", "SQLServerException", "oracle.streams",
                            "SQLException: ORA-")),
    (Party.AWS, ("com.amazonaws", "software.amazon.awssdk", "amazonaws.com")),
    (Party.KAFKA, ("org.apache.kafka.clients", "org.apache.kafka.common", "clientId=", "bootstrap.servers")),
)  # fmt: skip


def party_of(record: LogRecord, whole: str) -> Party:
    """Who the code was talking to: first what the throwables name, then what the frames and the logger name."""
    deepest = "\n".join(record.causes[-2:])
    below = "\n".join((record.logger, record.message[:2000], *record.causes, *record.frames))
    for party, marks in _PARTIES[:2]:
        if any(mark in below for mark in marks):
            return party
    for text in (deepest, whole, below):
        for party, marks in _PARTIES[2:]:
            if any(mark in text for mark in marks) and not (party is Party.KAFKA and text is not below):
                return party
    return Party.ENDPOINT
