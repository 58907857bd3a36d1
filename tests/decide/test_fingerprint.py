"""The same failure has the same fingerprint, another one has another."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectops.decide.diagnosis import diagnose
from connectops.decide.fingerprint import fingerprint
from connectops.model import LogRecord
from tests.builders import NOW

patient = settings(deadline=None)
HEX = "0123456789abcdef"
letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
hosts = st.lists(letters, min_size=1, max_size=4).map(".".join)
ports = st.integers(10, 65_535)
times = st.integers(0, 4 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC))
quotable = st.text(st.characters(exclude_characters="'\"`\n\r", codec="utf-8"), max_size=60)
KINDS = {
    "a number": st.one_of(st.integers().map(str), st.decimals(allow_nan=False, allow_infinity=False).map(str)),
    "a number in a name": st.integers(0).map(lambda n: f"orders-{n}"),
    "a uuid": st.uuids().map(str),
    "an address": st.ip_addresses(v=4).map(str),
    "an address with its port": st.builds("{}:{}".format, st.ip_addresses(v=4), ports),
    "Java's way to write an address": st.builds("{}/{}:{}".format, hosts, st.ip_addresses(v=4), ports),
    "an address of version 6": st.ip_addresses(v=6).map(lambda ip: str(ip.exploded)),
    "a host with its port": st.builds("{}:{}".format, hosts, ports),
    "a time": times.map(datetime.isoformat),
    "a time in SQL": times.map(lambda at: f"{at:%Y-%m-%d %H:%M:%S}"),
    "a hash": st.text(HEX, min_size=12, max_size=64).filter(lambda text: any(each.isdigit() for each in text)),
    "an address in memory": st.integers(0, 2**64).map(hex),
    "an object": st.integers(2**16, 2**32).map(lambda n: f"MySqlTaskContext@{n:x}"),
    "a quoted value": quotable.map("'{}'".format),
    "a value in double quotes": quotable.map('"{}"'.format),
}  # fmt: skip
TEXT = "com.example.StrangeException: the reactor {} went away while it was read"


@pytest.mark.parametrize("kind", KINDS)
@patient
@given(data=st.data())
def test_what_differs_from_one_time_to_the_next_never_changes_it(kind: str, data: st.DataObject) -> None:
    one, other = data.draw(KINDS[kind]), data.draw(KINDS[kind])
    assert fingerprint("UNKNOWN", TEXT.format(one)) == fingerprint("UNKNOWN", TEXT.format(other))


@patient
@given(letters, letters)
def test_another_exception_always_changes_it(one: str, other: str) -> None:
    same = fingerprint("UNKNOWN", f"com.example.{one}Exception: 7") == fingerprint(
        "UNKNOWN", f"com.example.{other}Exception: 7"
    )
    assert same is (one == other)


def test_other_words_and_another_class_change_it() -> None:
    prints = {
        fingerprint("UNKNOWN", TEXT.format(1)),
        fingerprint("UNKNOWN", TEXT.format(1).replace("reactor", "turbine")),
        fingerprint("CONNECT_SMT_FAILURE", TEXT.format(1)),
    }
    assert len(prints) == 3


@patient
@given(st.integers(0), st.integers(0))
def test_a_long_cause_is_the_same_wherever_it_is_cut(one: int, other: int) -> None:
    prints = set()
    for number in (one, other):
        cause = "com.example.StrangeException: " + f"reactor {number} went away, " * 60
        (found,) = diagnose([LogRecord(NOW, "ERROR", "Producer failure", "io.debezium.X", causes=(cause,))]).diagnoses
        prints.add(found.fingerprint)
    assert len(prints) == 1


@pytest.mark.parametrize("unit", ["1", "a.", "a-", "f", "1:", "'", "1.1.", "-", "0x", "a1", "[", "/", "12:34:", "ab:"])
def test_a_hostile_text_takes_no_time(unit: str) -> None:
    begin = time.process_time()
    fingerprint("UNKNOWN", unit * (8_000 // len(unit)))
    assert time.process_time() - begin < 1
