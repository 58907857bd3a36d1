"""Codes in plain words: known numbers and states are said, others are left alone."""

from __future__ import annotations

import pytest

from connectops.decide.diagnosis import diagnose_trace
from connectops.decide.diagnosis_codes import in_words
from tests.builders import NOW


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lock wait. Error code: 1205; SQLSTATE: 40001.",
         "1205: waiting for a lock took too long; 40001: two transactions got in each other's way"),
        ("Error code: 1236; SQLSTATE: HY000.", "1236: the server cannot read its binlog where the connector asks"),
        ("Could not execute heartbeat action (Error: 57P01)",
         "57P01: an administrator ended the connection: shutdown, restart or failover"),
        ("SQL Error: 0, SQLState: 08006", "08006: the connection was lost or cannot be made"),
        ("DB2 SQL Error: SQLCODE=-204, SQLSTATE=42704",
         "42704: there is no such object (slot, publication, type); -204: there is no such object"),
        ("Error code: 1205; Error code: 1205", "1205: waiting for a lock took too long"),
        ("Error code: 9999; SQLSTATE: HY000.", ""),
        ("the code 1236 and the state 57P01 without their names", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_codes_are_said_in_words(text: str, words: str) -> None:
    assert in_words(text) == words


def test_a_cause_with_a_code_says_what_it_means() -> None:
    trace = "org.apache.kafka.connect.errors.ConnectException: bogus Error code: 1236; SQLSTATE: HY000.\n\tat io.debezium.connector.mysql.AbstractReader.wrap(AbstractReader.java:241)"
    found = diagnose_trace(trace, connector="orders", task=0, at=NOW)
    assert found.cause.endswith("(1236: the server cannot read its binlog where the connector asks)")


def test_words_do_not_change_what_is_counted_as_the_same_failure() -> None:
    with_code = diagnose_trace("java.lang.X: odd Error code: 1105; SQLSTATE: HY000.", connector="a", task=0, at=NOW)
    other = diagnose_trace("java.lang.X: odd Error code: 9105; SQLSTATE: HY000.", connector="a", task=0, at=NOW)
    assert with_code.fingerprint == other.fingerprint
    assert with_code.cause != other.cause
