"""Secrets and row values never pass; what people need to act does."""

import time

import pytest

from connectops.decide.redaction import redact

SECRET = "hunter2!Zx9"
HIDDEN = [
    f"database.password={SECRET}",
    f"config={{database.password={SECRET}, database.user=dbz}}",
    f'"database.password": "{SECRET}"',
    f"aws.secret.access.key = {SECRET}",
    f"producer.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\" password=\"{SECRET}\";",
    f"org.apache.kafka.common.security.plain.PlainLoginModule required username='u' password='{SECRET}';",
    f"jdbc:postgresql://dbz:{SECRET}@db:5432/shop",
    f"jdbc:mysql://db:3306/shop?user=dbz&password={SECRET}&useSSL=true",
    f"jdbc:oracle:thin:dbz/{SECRET}@//db:1521/ORCL",
    f"https://user:{SECRET}@registry:8081/subjects",
    f"Authorization: Bearer {SECRET}abcdefgh",
    f"basic.auth.user.info=user:{SECRET}",
    f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----",
    f"ssl.keystore.key=-----BEGIN ENCRYPTED PRIVATE KEY----- {SECRET}",
    f"Invalid value {SECRET} for configuration database.password: too short",
    f"token: {SECRET}",
    f"https://s3.amazonaws.com/b/k?X-Amz-Signature={SECRET}&x=1",
    f"Received DML 'insert into t values ({SECRET!r})' for processing, binlog probably contains events",
    f"Batch entry 0 INSERT INTO public.t (id,v) VALUES (('1'::int4),('{SECRET}')) ON CONFLICT (id) was aborted",
    f"ERROR: duplicate key value violates unique constraint  Detail: Key (email)=({SECRET}) already exists.",
    f"Detail: Failing row contains (1, {SECRET}, null).",
    f"Duplicate entry '{SECRET}' for key 'users.email'",
    f"Unrecognized token '{SECRET}': was expecting (JSON String, Number)",
    f'For input string: "{SECRET}"',
    f'ERROR: invalid input syntax for type integer: "{SECRET}"',
    f'Cannot deserialize value of type `int` from String "{SECRET}": not a valid value',
    f"Value ({SECRET}) was out of range for requested data type",
    f"record: key=Struct{{id={SECRET}}}, value=Struct{{email={SECRET}}}",
    f"ConsumerRecord(topic = orders, partition = 3, offset = 17, CreateTime = 1, key = {SECRET}, value = {SECRET})",
    f"[Source: (byte[])\"{{'a': '{SECRET}'}}\"; line: 1, column: 7]",
]  # fmt: skip


@pytest.mark.parametrize("text", HIDDEN)
def test_a_secret_or_row_value_is_removed(text: str) -> None:
    assert SECRET not in redact(text)


KEPT = [
    "Access denied for user 'dbz'@'10.0.0.1' (using password: YES)",
    "FATAL: password authentication failed for user \"dbz\"",
    "Connection to db.internal:5432 refused. Check that the hostname and port are correct",
    "Not authorized to access topics: [orders.public.t]",
    "Failed to properly convert data value for 'shop.public.orders.amount' of type numeric",
    "The connector is trying to read change stream starting at Struct{version=3.2.0.Final,connector=mysql,name=shop,file=mysql-bin.000003,pos=154}, but",
    "ORA-01291: missing logfile",
    "Invalid value maybe for configuration errors.tolerance: String must be one of: none, all",
    "Table \"orders\" is missing fields ([SinkRecordField{schema=Schema{STRING}, name='colour', isPrimaryKey=false}])",
]  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_what_people_need_to_act_is_kept(text: str) -> None:
    assert redact(text) == text


def test_a_text_is_cut_to_its_limit() -> None:
    assert len(redact("x" * 10_000, 100)) == 100


@pytest.mark.parametrize(
    "unit",
    [
        "password",
        "password=",
        "a.",
        "VALUES (",
        "(",
        "'",
        "Struct{",
        "eyJa.",
        "://",
        "x ",
        '\\"',
        "-----BEGIN A",
        "key=",
    ],
)
def test_a_hostile_text_of_a_megabyte_takes_no_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    begin = time.perf_counter()
    redact(text)
    assert time.perf_counter() - begin < 1
