"""What an update was to change, as it may be told: only what changed, and no secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectops.decide.redaction import GONE
from connectops.decide.update_story import CHANGES_KEPT, VALUE_KEPT, in_words, is_secret, with_story
from connectops.model import Update, UpdateState
from tests.builders import NOW

UPDATE = Update("arn:1", UpdateState.ROLLED_BACK, NOW)
SECRET = "hunter2 with, a=comma; and }{ more"


def told(before: dict[str, str], after: dict[str, str], error: str = "") -> Update:
    return with_story(UPDATE, error, before, after)


def test_only_what_changed_is_told_in_the_order_of_names() -> None:
    story = told({"b": "1", "a": "1", "gone": "x"}, {"b": "2", "a": "1", "new": ""})
    assert in_words(story) == ("b: 1 -> 2", "gone: x -> (unset)", 'new: (unset) -> ""')


def test_nothing_that_changed_says_nothing() -> None:
    assert in_words(told({"a": "1"}, {"a": "1"})) == ()


@pytest.mark.parametrize(
    "name",
    [
        "database.password", "connection.password", "password", "sasl.jaas.config", "producer.override.sasl.jaas.config",
        "ssl.keystore.key", "ssl.key.password", "aws.secret.access.key", "azure.account.key", "snowflake.private.key",
        "snowflake.private.key.passphrase", "value.converter.basic.auth.user.info", "gcs.credentials.json", "api.token",
        "bearer.auth.token", "encryptionKey", "s3.sse.customer.key", "transforms.cipher.data.keys", "clientSecret",
        "basic.auth.credentials.source", "database.pwd", "webhook.signature", "header.Authorization", "headers.cookie",
    ],
)  # fmt: skip
def test_a_setting_that_may_hold_a_secret_shows_that_it_changed_and_nothing_else(name: str) -> None:
    assert in_words(told({name: SECRET}, {name: "another"})) == (f"{name}: *** -> ***",)


@pytest.mark.parametrize(
    "name",
    ["tasks.max", "key.converter", "message.key.columns", "table.include.list", "author", "primary.key.mode",
     "snapshot.mode", "capacity.provisionedCapacity.workerCount", "database.hostname", "transforms.route.key.field"],
)  # fmt: skip
def test_a_setting_that_is_none_is_told(name: str) -> None:
    assert not is_secret(name)
    assert in_words(told({name: "1"}, {name: "2"})) == (f"{name}: 1 -> 2",)


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("jdbc:postgresql://app:hunter2@db:5432/shop", "hunter2"),
        ("jdbc:mysql://db/shop?user=app&password=hunter2", "hunter2"),
        ("mongodb+srv://app:hunter2@cluster0.example.net", "hunter2"),
        ("Endpoint=sb://x;SharedAccessKey=aHVudGVyMg==", "aHVudGVyMg"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_a_secret_in_the_value_of_a_harmless_name_goes_too(value: str, secret: str) -> None:
    line = in_words(told({"connection.uri": value}, {"connection.uri": "x"}))[0]
    assert secret not in line
    assert GONE in line


def test_an_error_that_quotes_a_secret_loses_it() -> None:
    story = told({"database.password": "old1"}, {"database.password": SECRET}, f"Invalid value {SECRET}: old1 was fine")
    assert story.error == "Invalid value ***: *** was fine"


def test_what_is_long_is_cut_and_what_is_much_is_counted() -> None:
    many = {f"setting{number:03}": "x" * 500 for number in range(CHANGES_KEPT + 2)}
    story = told({}, many)
    assert len(story.changes) == CHANGES_KEPT
    assert in_words(story)[-1] == "and 2 more"
    assert all(len(each.after or "") <= VALUE_KEPT for each in story.changes)


@given(st.text(min_size=8), st.sampled_from(["database.password", "sasl.jaas.config", "private.key"]))
def test_whatever_a_secret_looks_like_it_does_not_leave(secret: str, name: str) -> None:
    story = told({name: ""}, {name: secret, "tasks.max": "4"}, f"refused: {secret}")
    assert secret not in story.error
    assert [each.after for each in story.changes if each.name == name] == [GONE]
