"""Secrets and row values never pass; what people need to act does."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectops.decide.diagnosis import diagnose
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
from connectops.decide.redaction import redact
from connectops.decide.response import consider
from connectops.model import ConnectorId, ConnectorRecord, Finding, Platform, RepairPolicy
from connectops.observe.worker_logs import stitch_batch
from connectops.observe.worker_logs_batch import decode as decode_batch
from tests.builders import NOW
from tests.decide.labelled import Labelled, recorded, subscription_event

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
    f'{{\\"connection.password\\":\\"{SECRET}\\", \\"a\\":1}}',
    f'"database.password": "a\\"b{SECRET}"',
    f'"database.password": "three words {SECRET}"',
    f"\tdatabase.password = three words {SECRET}",
    f"config={{connector.class=a, database.password=three words, {SECRET}, database.user=u}}",
    f"database.password={SECRET[:4]},{SECRET}, database.user=u",
    f"DebeziumOpenLineageEmitter not initialized for connector ConnectorContext{{connectorLogicalName=x, config={{database.password={SECRET}, database.user=u}}}}",
    f"<connection.password>{SECRET}</connection.password><password>{SECRET}</password>",
    f"java -jar x.jar --database-password {SECRET} --user u",
    f"jdbc:sqlserver://db:1433;user=sa;password={SECRET};encrypt=true",
    f"postgresql://dbz:a@{SECRET}@db:5432/shop",
    f"mongodb+srv://u:{SECRET}@c.mongodb.net/?retryWrites=true",
    f"OAuthBearerLoginModule required oauth.client.secret=\"{SECRET}\" ;",
    f"ScramLoginModule required username=\"u\" password=\"{SECRET}\"",
    f"AWS_SECRET_ACCESS_KEY={SECRET} aws_session_token={SECRET}",
    f"ssl.keystore.key=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{SECRET}",
    f"AccountKey={SECRET}==;EndpointSuffix=core.windows.net",
    f"SharedAccessKey={SECRET}=",
    f"Cookie: session={SECRET}",
    f"db_pass={SECRET}",
    f"config.storage.encryption.key={SECRET}",
    f"UPDATE t SET email = '{SECRET}', name='it''s {SECRET}' WHERE id=7",
    f"DELETE FROM t WHERE email='{SECRET}' AND phone LIKE '{SECRET}%'",
    f"SELECT a FROM t WHERE b IN ('x', '{SECRET}')",
    f"CREATE USER 'a'@'%' IDENTIFIED BY '{SECRET}'",
    f"ALTER USER a IDENTIFIED WITH mysql_native_password AS '*{SECRET}'",
    f"SET PASSWORD FOR 'a'@'%' = PASSWORD('{SECRET}')",
    f"CHANGE MASTER TO MASTER_USER='r', MASTER_PASSWORD='{SECRET}'",
    f"CREATE ROLE a WITH LOGIN PASSWORD '{SECRET}'",
    f"no viable alternative at input 'ALTER TABLE t ADD COLUMN c varchar(9) DEFAULT '{SECRET}' COMMENT '{SECRET}''",
    f"ConnectRecord{{topic='t', kafkaPartition=0, key={SECRET}, keySchema=Schema{{STRING}}, value={SECRET}, valueSchema=x}}",
    f"Invalid Java object for schema type INT32: class java.lang.String for field: \"age\" value {SECRET}",
    f"Failed to convert value '{SECRET}' of column email",
    f"Error: value '{SECRET}' is too long for column \"name\"",
    f"Character {SECRET} is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.",
    f"Document{{{{_id=1, email={SECRET}}}}}",
    f"failed to parse field [age] of type [long]. Preview of field's value: '{SECRET}'",
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
    "The server time zone value 'CEST' is unrecognized or represents more than one time zone.",
    "TableMapEventData{tableId=19, database='shop', table='orders', columnTypes=3, 15}",
    "Table 'shop.orders' doesn't exist while executing SELECT * FROM `shop`.`orders` LIMIT 1",
    "Error code: 1236; SQLSTATE: HY000.",
    "duplicate key value violates unique constraint \"users_email_key\"",
    "column \"email\" of relation \"users\" does not exist",
    "INSERT command denied to user 'dbz'@'10.0.0.1' for table 'orders'",
    "ERROR: permission denied for table orders: SELECT a FROM orders",
    "Group authorization failed: principal User:CN=connect is not authorized",
    "Invalid value maybe for configuration errors.tolerance: String must be one of: none, all",
    "Table \"orders\" is missing fields ([SinkRecordField{schema=Schema{STRING}, name='colour', isPrimaryKey=false}])",
]  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_what_people_need_to_act_is_kept(text: str) -> None:
    assert redact(text) == text


TOKENS = {
    "AKIAIOSFODNN7EXAMPLE": "key {} was denied",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef": "this {} has expired",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789": "cannot clone with {}",
    "T000/B000/abcdefgh": "posting to https://hooks.slack.com/services/{}",
    "xoxb-123456789012-abcdefghij": "bot {} is gone",
    f"MII{'EvQIBADANBgkqhkiG9w0BAQEFAASC' * 3}": "cannot read {}",
}


@pytest.mark.parametrize(("token", "text"), TOKENS.items(), ids=TOKENS.values())
def test_what_looks_like_a_token_is_removed_whatever_stands_before_it(token: str, text: str) -> None:
    assert token not in redact(text.format(token))


def test_of_an_address_for_mail_only_the_host_is_kept() -> None:
    assert redact("customer john.doe+x@example.com not found") == "customer ***@example.com not found"


# ── wherever it stands ────────────────────────────────────────────────────────────────────────────────────────────────

READABLE = [sample for sample in recorded() if len(sample.text) < 100_000]
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


@patient
@given(st.sampled_from(READABLE), st.sampled_from(HIDDEN), st.integers(0, 2**32))
def test_a_secret_planted_anywhere_in_a_log_never_leaves(sample: Labelled, text: str, seed: int) -> None:
    dice = random.Random(seed)
    lines = sample.text.splitlines()
    telling = [n for n, line in enumerate(lines) if " ERROR " in line or "Exception" in line or "Caused by" in line]
    for place in dice.sample(telling, min(8, len(telling))):
        line = lines[place]
        logger = line.rfind(" (org.") if line.startswith("[") else -1
        lines[place] = f"{line[:logger]} {text}{line[logger:]}" if logger > 0 else f"{line}: {text}"
    batch = decode_batch(subscription_event(lines))
    assert batch is not None
    records = stitch_batch(batch, PREFILTER, NOISE_LOGGERS)
    connector = ConnectorId(Platform.MSK_CONNECT, "msk", sample.connector or "x")
    for to_the_end in (False, True):
        reading = diagnose(records, lines=len(lines), to_the_end=to_the_end)
        assert SECRET not in repr(reading)
        record = ConnectorRecord(connector)
        for diagnosis in reading.diagnoses:
            step = consider(record, Finding(connector, NOW, "x", diagnosis=diagnosis), RepairPolicy(), NOW)
            assert SECRET not in repr(step)
            record = step.record


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
        "--password ",
        "password=a, ",
        "password = ",
        '\\"password\\":\\"',
        "SELECT a FROM ",
        "INSERT INTO t VALUES ('a','b'),",
        "UPDATE t SET a='",
        "WHERE ",
        "value '",
        "a@b.",
        "MII",
        "rows=[",
        "key=a, keySchema=",
    ],
)
def test_a_hostile_text_of_a_megabyte_takes_no_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    begin = time.process_time()
    redact(text)
    assert time.process_time() - begin < 1
