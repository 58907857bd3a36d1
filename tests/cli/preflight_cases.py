"""Good configurations of each version, and faults to plant in them."""

from __future__ import annotations

SECRET = "${secretsmanager:shop/database:password}"
WORKER = (
    "config.providers=secretsmanager\n"
    "config.providers.secretsmanager.class=com.amazonaws.kafka.config.providers.SecretsManagerConfigProvider\n"
)
_COMMON = {
    "tasks.max": "1",
    "database.hostname": "shop.cluster-abc.eu-west-1.rds.amazonaws.com",
    "database.user": "debezium",
    "database.password": SECRET,
    "heartbeat.interval.ms": "10000",
}


def _secured(prefix: str) -> dict[str, str]:
    iam = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "AWS_MSK_IAM",
        "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
        "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    }
    clients = {f"{prefix}.{client}.{name}": value for client in ("producer", "consumer") for name, value in iam.items()}
    servers = "b-1.shop.abc.c2.kafka.eu-west-1.amazonaws.com:9098,b-2.shop.abc.c2.kafka.eu-west-1.amazonaws.com:9098"
    return {f"{prefix}.kafka.bootstrap.servers": servers, f"{prefix}.kafka.topic": "schema-changes.shop"} | clients


_MYSQL = {"database.port": "3306", "database.server.id": "184054", "database.include.list": "ecommerce"}
_MYSQL_CLASS = "io.debezium.connector.mysql.MySqlConnector"
SEED = {
    "connector.class": _MYSQL_CLASS,
    **_COMMON,
    **_MYSQL,
    "database.server.name": "shop",
    "include.schema.changes": "true",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter.schemas.enable": "false",
    **_secured("database.history"),
}
MODERN = {
    "connector.class": _MYSQL_CLASS,
    **_COMMON,
    **_MYSQL,
    "topic.prefix": "shop",
    "include.schema.changes": "true",
    "transforms": "unwrap",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    **_secured("schema.history.internal"),
}
MARIADB = MODERN | {"connector.class": "io.debezium.connector.mariadb.MariaDbConnector"}
POSTGRES = {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    **_COMMON,
    "database.port": "5432",
    "database.dbname": "shop",
    "topic.prefix": "shop",
    "plugin.name": "pgoutput",
    "slot.name": "shop_orders",
    "publication.name": "shop_orders",
    "publication.autocreate.mode": "filtered",
    "table.include.list": "public.orders,public.order_(items|notes)",
    "column.mask.with.10.chars": "public.orders.iban",
    "heartbeat.action.query": "UPDATE heartbeat SET at = now()",
}
GOOD = {
    "the seed's own, mended": (SEED, "1.6.1", "2.7.1"),
    "mysql 2.7": (MODERN, "2.7.4", "3.7.x"),
    "mysql 3.2": (MODERN, "3.2.0", "3.7.x"),
    "mariadb 3.2": (MARIADB, "3.2.0", "3.7.x"),
    "postgres 2.7": (POSTGRES, "2.7.4", "3.7.x"),
    "postgres 3.2": (POSTGRES, "3.2.0", "3.7.x"),
    "postgres 3.2 on Kafka Connect 4": (POSTGRES, "3.2.0", "4.1.0"),
}
HISTORY = "schema.history.internal"

FAULTS: list[tuple[str, dict[str, str], str, dict[str, str | None], str, str]] = [
    # what is wrong, in which, of which version, what is changed (None: taken out), the rule that finds it, and how bad
    ("a misspelt property", MODERN, "2.7.4", {"snapshot.mod": "initial"}, "unknown", "hurts"),
    ("a misspelt property of the database", SEED, "1.6.1", {"database.hostnam": "x"}, "unknown", "hurts"),
    ("a property of another connector", POSTGRES, "3.2.0", {"gtid.source.includes": ".*"}, "unknown", "hurts"),
    ("no user", SEED, "1.6.1", {"database.user": None}, "missing", "fails"),
    ("no history topic", MODERN, "2.7.4", {f"{HISTORY}.kafka.topic": None}, "missing", "fails"),
    ("no server id, which 2.x requires", MODERN, "2.7.4", {"database.server.id": None}, "missing", "fails"),
    ("an empty prefix", POSTGRES, "2.7.4", {"topic.prefix": " "}, "missing", "fails"),
    ("a 1.x name on 2.x", MODERN, "2.7.4", {"topic.prefix": None, "database.server.name": "x"}, "renamed", "fails"),
    ("a 2.x name on 1.x", SEED, "1.6.1", {"topic.prefix": "x", "database.server.name": None}, "renamed", "fails"),
    ("a 1.x history on 3.x", MODERN, "3.2.0", {"database.history.kafka.topic": "x"}, "renamed", "fails"),
    ("a 2.x history on 1.x", SEED, "1.6.1", {f"{HISTORY}.kafka.topic": "x"}, "renamed", "fails"),
    ("a list that 2.0 renamed", MODERN, "2.7.4", {"table.whitelist": "a.b"}, "renamed", "fails"),
    ("a list that 1.6 calls deprecated", SEED, "1.6.1", {"table.whitelist": "a.b"}, "deprecated", "hurts"),
    ("a port that is no number", SEED, "1.6.1", {"database.port": "mysql"}, "value", "fails"),
    ("a flag that is neither", MODERN, "3.2.0", {"include.schema.changes": "yes"}, "value", "fails"),
    ("a misspelt snapshot mode", POSTGRES, "3.2.0", {"snapshot.mode": "when_neded"}, "value", "fails"),
    ("a snapshot mode that was never one", SEED, "1.6.1", {"snapshot.mode": "no_data"}, "value", "fails"),
    ("a batch of no events", MODERN, "2.7.4", {"max.batch.size": "0"}, "value", "fails"),
    ("a prefix with a slash", POSTGRES, "3.2.0", {"topic.prefix": "shop/eu"}, "value", "fails"),
    ("a slot name in capitals", POSTGRES, "2.7.4", {"slot.name": "Shop-Orders"}, "value", "fails"),
    ("a list that is no expression", SEED, "1.6.1", {"table.include.list": "shop.(orders"}, "value", "fails"),
    ("a blank behind a host", SEED, "1.6.1", {"database.hostname": "db.internal "}, "blanks", "hurts"),
    ("include and exclude", POSTGRES, "3.2.0", {"table.exclude.list": "public.x"}, "both-lists", "fails"),
    ("a transform without a type", MODERN, "2.7.4", {"transforms": "unwrap,route"}, "no-type", "fails"),
    ("a transform that is not listed", MODERN, "2.7.4", {"transforms": None}, "not-listed", "hurts"),
    ("no heartbeat", SEED, "1.6.1", {"heartbeat.interval.ms": None}, "no-heartbeat", "hurts"),
    ("heartbeats switched off", POSTGRES, "3.2.0", {"heartbeat.interval.ms": "0"}, "no-heartbeat", "hurts"),
    ("a password in the clear", SEED, "1.6.1", {"database.password": "hunter2"}, "plain-secret", "hurts"),
    ("a provider that nobody set up", SEED, "1.6.1", {"database.user": "${ssm:/shop/user}"}, "no-provider", "fails"),
    ("two tasks for one log", SEED, "1.6.1", {"tasks.max": "2"}, "tasks-max", "hurts"),
    ("no server id on 1.x", SEED, "1.6.1", {"database.server.id": None}, "no-server-id", "hurts"),
    ("a history client without IAM", SEED, "1.6.1",
     {"database.history.consumer.sasl.mechanism": None}, "history-security", "fails"),
    ("a history client in plaintext", MODERN, "2.7.4",
     {f"{HISTORY}.producer.security.protocol": "PLAINTEXT"}, "history-security", "fails"),
    ("history in the topic of changes", SEED, "1.6.1",
     {"database.history.kafka.topic": "shop"}, "history-topic-shared", "fails"),
    ("no keep-alive", SEED, "1.6.1", {"connect.keep.alive": "false"}, "no-keep-alive", "hurts"),
    ("a table without its database", SEED, "1.6.1", {"table.include.list": "orders"}, "table-alone", "hurts"),
    ("events skipped", SEED, "1.6.1",
     {"inconsistent.schema.handling.mode": "skip"}, "loses-events", "hurts"),
    ("DDL skipped", MODERN, "2.7.4", {f"{HISTORY}.skip.unparseable.ddl": "true"}, "skips-ddl", "hurts"),
    ("records dropped", POSTGRES, "2.7.4", {"errors.tolerance": "all"}, "drops-records", "hurts"),
    ("an override that 2.7 refuses", SEED, "1.6.1",
     {"producer.override.linger.ms": "5"}, "override-refused", "fails"),
    ("a plugin that RDS lacks", POSTGRES, "3.2.0", {"plugin.name": None}, "decoderbufs", "hurts"),
    ("a publication for all tables", POSTGRES, "2.7.4",
     {"publication.name": None, "publication.autocreate.mode": None}, "all-tables", "hurts"),
    ("a slot that each stop drops", POSTGRES, "2.7.4", {"slot.drop.on.stop": "true"}, "drops-slot", "hurts"),
]  # fmt: skip


def planted(good: dict[str, str], change: dict[str, str | None]) -> dict[str, str]:
    """A copy of a configuration with a fault."""
    return {name: value for name, value in (good | change).items() if value is not None}
