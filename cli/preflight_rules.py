"""What a connector accepts and somebody will regret: learnt from outages, not from definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cli.preflight_knowledge import Knowledge, numbers
from cli.preflight_properties import Effect, Finding, decided_later
from cli.preflight_subject import Subject

_IAM = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "AWS_MSK_IAM",
    "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
}
_PROVIDER = re.compile(r"\$\{(\w+):")
_LOSING = {
    "event.processing.failure.handling.mode": ("skip", "ignore", "warn"),
    "event.deserialization.failure.handling.mode": ("skip", "ignore", "warn"),
    "inconsistent.schema.handling.mode": ("skip", "ignore", "warn"),
}


def check(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    """All rules for every connector, then those of its kind."""
    yield from _secrets(subject, known)
    yield from _flow(subject, known)
    yield from _loss(subject)
    yield from _overrides(subject, known)
    if known.has_history:
        yield from _history(subject, known)
        yield from _mysql(subject, known)
    else:
        yield from _postgres(subject)


def _secrets(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    for name, value in subject.configuration.items():
        defined = known.defined(name)
        secret = (defined and defined.type == "PASSWORD") or name.endswith((".password", "sasl.jaas.config"))
        plain = value.strip() and not decided_later(value) and ("jaas" not in name or "password=" in value)
        if secret and plain:
            reason = f"{name} stands in the configuration: everybody who may describe the connector reads it"
            fix = "Put it into AWS Secrets Manager and write ${secretsmanager:NAME:KEY} with a config provider."
            yield Finding("plain-secret", Effect.HURTS, name, reason, fix)
    if subject.worker is None:
        return
    given = {one.strip() for one in subject.worker.get("config.providers", "").split(",")}
    for name, value in subject.configuration.items():
        for provider in sorted(set(_PROVIDER.findall(value)) - given):
            reason = f"{name} asks config provider {provider}, which the worker configuration does not name"
            fix = f"Add {provider} to config.providers, with config.providers.{provider}.class, and to the plugin."
            yield Finding("no-provider", Effect.FAILS, name, reason, fix)


def _flow(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    configuration = subject.configuration
    if configuration.get("heartbeat.interval.ms", "0").strip() == "0":
        reason = "without heartbeats nobody can tell a quiet source from a connector that delivers nothing"
        yield Finding("no-heartbeat", Effect.HURTS, "heartbeat.interval.ms", reason, "Set it, to 10000 for example.")
    tasks = configuration.get("tasks.max", "1").strip()
    if tasks.isdigit() and int(tasks) > 1:
        reason = f"tasks.max is {tasks}, and this connector runs one task"
        yield Finding("tasks-max", Effect.HURTS, "tasks.max", reason, "Set it to 1.")
    if known.kind != "postgres" and configuration.get("connect.keep.alive", "true").strip().lower() == "false":
        reason = "a lost binlog connection is only restored by the keep-alive; without it the connector stops silently"
        yield Finding("no-keep-alive", Effect.HURTS, "connect.keep.alive", reason, "Leave it at true.")


def _loss(subject: Subject) -> Iterator[Finding]:
    configuration = subject.configuration
    for name, losing in _LOSING.items():
        if (value := configuration.get(name, "").strip().lower()) in losing:
            reason = f"{name} is {value}: events that cannot be read are lost, and nothing fails"
            yield Finding("loses-events", Effect.HURTS, name, reason, "Use fail.")
    for name, value in configuration.items():
        if name.endswith("skip.unparseable.ddl") and value.strip().lower() == "true":
            reason = "DDL that cannot be parsed is skipped: the schema history then differs from the database"
            yield Finding("skips-ddl", Effect.HURTS, name, reason, "Leave it at false.")
    silent = configuration.get("errors.log.enable", "false").strip().lower() != "true"
    if configuration.get("errors.tolerance", "none").strip() == "all" and silent:
        reason = "records that a converter or transform refuses are dropped without a word"
        fix = "Use none, or set errors.log.enable to true."
        yield Finding("drops-records", Effect.HURTS, "errors.tolerance", reason, fix)


def _overrides(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    policy = (subject.worker or {}).get("connector.client.config.override.policy")
    allowed = policy or ("None" if numbers(known.connect) < (3,) else "All")
    if subject.worker is None or allowed != "None":
        return
    prefixes = ("producer.override.", "consumer.override.", "admin.override.")
    if found := next((name for name in subject.configuration if name.startswith(prefixes)), None):
        reason = f"{found} is refused: Kafka Connect {known.connect} allows overrides only with a policy"
        fix = "Set connector.client.config.override.policy=All in the worker configuration."
        yield Finding("override-refused", Effect.FAILS, found, reason, fix)


def _history(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    configuration, prefix = subject.configuration, known.history
    topic = configuration.get(f"{prefix}.kafka.topic")
    if topic and topic in (configuration.get("topic.prefix"), configuration.get("database.server.name")):
        reason = f"the schema history topic {topic} is the topic of schema changes too"
        fix = "Give the history a topic of its own, with one partition and unlimited retention."
        yield Finding("history-topic-shared", Effect.FAILS, f"{prefix}.kafka.topic", reason, fix)
    if prefix in configuration:  # another kind of storage
        return
    for client in ("producer", "consumer"):
        wanted = dict(_IAM) if subject.authentication == "IAM" else {}
        if not wanted and subject.encryption == "TLS":
            wanted = {"security.protocol": "SASL_SSL" if subject.authentication == "SCRAM" else "SSL"}
        names = {f"{prefix}.{client}.{name}": value for name, value in wanted.items()}
        lacking = {name: value for name, value in names.items() if configuration.get(name, "").strip() == ""}
        protocol = configuration.get(f"{prefix}.{client}.security.protocol", "").strip()
        if protocol in ("PLAINTEXT", "SASL_PLAINTEXT") and wanted:
            lacking = {f"{prefix}.{client}.security.protocol": wanted["security.protocol"]} | lacking
        if lacking:
            how = "IAM" if subject.authentication == "IAM" else "TLS"
            reason = f"the cluster wants {how}, and the schema history's {client} has clients of its own without it"
            fix = "Set " + ", ".join(f"{name}={value}" for name, value in lacking.items())
            yield Finding("history-security", Effect.FAILS, next(iter(lacking)), reason, fix)


def _mysql(subject: Subject, known: Knowledge) -> Iterator[Finding]:
    configuration = subject.configuration
    number = known.defined("database.server.id")
    if "database.server.id" not in configuration and number and not number.required:
        reason = "database.server.id is chosen at random at each start, and may be that of another client"
        yield Finding("no-server-id", Effect.HURTS, "database.server.id", reason, "Give a number that nobody else has.")
    for name in ("table.include.list", "table.exclude.list"):
        for table in filter(None, (one.strip() for one in configuration.get(name, "").split(","))):
            if not decided_later(table) and "." not in table:
                reason = f"{table} in {name} names no database: it matches nothing"
                yield Finding("table-alone", Effect.HURTS, name, reason, "Write database.table.")


def _postgres(subject: Subject) -> Iterator[Finding]:
    configuration = subject.configuration
    if configuration.get("plugin.name", "decoderbufs").strip() == "decoderbufs":
        reason = "decoderbufs has to be installed in the server, which Amazon RDS and Aurora do not allow"
        yield Finding("decoderbufs", Effect.HURTS, "plugin.name", reason, "Use pgoutput.")
    elif (
        configuration.get("publication.autocreate.mode", "all_tables").strip() == "all_tables"
        and "publication.name" not in configuration
    ):
        reason = "the connector creates a publication for all tables, which takes a superuser"
        fix = "Set publication.autocreate.mode to filtered, or create the publication and name it."
        yield Finding("all-tables", Effect.HURTS, "publication.autocreate.mode", reason, fix)
    if configuration.get("slot.drop.on.stop", "false").strip().lower() == "true":
        reason = "each orderly stop drops the replication slot: what is written until the next start is lost"
        yield Finding("drops-slot", Effect.HURTS, "slot.drop.on.stop", reason, "Leave it at false.")
