"""Unknown errors are counted by what they are, whoever says them."""

from __future__ import annotations

from dataclasses import replace

from connectops.decide.incident import opened
from connectops.decide.unknown_errors import in_incidents, in_records
from connectops.model import ConnectorId, ConnectorRecord, Incident, LogRecord
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, a_diagnosis

STRANGE = "com.example.StrangeException: reactor {} went away on 10.0.0.{}"


def a_record(number: int, connector: str | None = "orders", cause: str = STRANGE, **more: object) -> LogRecord:
    text = cause.format(number, number)
    plain = LogRecord(NOW + number * MINUTE, "ERROR", "Producer failure", "io.debezium.X", connector, causes=(text,))
    return replace(plain, **more)  # type: ignore[arg-type]


def an_incident(
    number: int, failure_class: str = "UNKNOWN", connector: ConnectorId = ORDERS, print_: str = "f"
) -> Incident:
    at = NOW + number * MINUTE
    known = a_diagnosis(failure_class, at, cause=STRANGE.format(number, number), fingerprint=print_, count=number)
    return replace(opened(ConnectorRecord(connector), at, at), diagnosis=known)


def test_the_same_error_is_one_with_the_latest_wording_and_everyone_who_said_it() -> None:
    (found,) = in_records([a_record(3, "users"), a_record(1, repeats=5), a_record(2, None)])
    assert (found.count, found.exception) == (7, "com.example.StrangeException")
    assert found.cause == "com.example.StrangeException: reactor 3 went away on 10.0.0.3"
    assert (found.first_seen, found.last_seen) == (NOW + MINUTE, NOW + 3 * MINUTE)
    assert found.connectors == {"orders", "users"}


def test_the_most_frequent_comes_first() -> None:
    other = "com.example.OtherException: x"
    assert [e.exception for e in in_records([a_record(1, cause=other), a_record(1), a_record(2)])] == [
        "com.example.StrangeException",
        "com.example.OtherException",
    ]


def test_what_the_catalogue_knows_and_what_fails_nothing_is_none() -> None:
    known = "java.sql.SQLException: Access denied for user 'dbz'@'h' (using password: YES)"
    warning = a_record(1, level="WARN")
    assert in_records([a_record(1, cause=known), warning, a_record(1, causes=())]) == []


def test_an_unknown_error_beside_a_known_failure_is_listed_too() -> None:
    known = a_record(1, cause="java.sql.SQLException: Access denied for user 'dbz'@'h' (using password: YES)")
    assert [e.exception for e in in_records([known, a_record(1)])] == ["com.example.StrangeException"]


def test_a_secret_in_a_cause_is_removed() -> None:
    (found,) = in_records([a_record(1, cause="com.example.StrangeException: password=hunter2 is wrong")])
    assert "hunter2" not in str(found)


def test_incidents_of_one_error_are_counted_together() -> None:
    incidents = [
        an_incident(2),
        an_incident(5, connector=ONPREM),
        an_incident(1, "PG_CONN_LOST"),
        an_incident(9, print_="g"),
    ]
    first, second = in_incidents([*incidents, replace(an_incident(1), diagnosis=None)])
    assert (first.fingerprint, first.count) == ("g", 9)
    assert (second.fingerprint, second.count) == ("f", 7)
    assert second.connectors == {ORDERS.key, ONPREM.key}
    assert second.last_seen == NOW + 5 * MINUTE


def test_an_error_has_the_same_fingerprint_in_a_log_and_in_an_incident() -> None:
    from connectops.decide.diagnosis import diagnose

    record = a_record(1)
    (found,) = diagnose([record]).diagnoses
    assert in_records([record])[0].fingerprint == found.fingerprint
