"""Noise: the table is dropped that the heartbeat writes to; an error each interval, and data flows on."""

from sandbox.live.scenario import Scenario, healed
from sandbox.live.subject import Subject


def make_table(subject: Subject) -> None:
    subject.sql("CREATE TABLE beats (at TIMESTAMPTZ)")


def drop_table(subject: Subject) -> None:
    subject.sql("DROP TABLE beats")


MISSING = Scenario(
    name="heartbeat-table-missing",
    cause="the table that its heartbeat writes to is dropped",
    stack="d",
    truth=healed("NOISE_DBZ_WARN"),
    settings={
        "heartbeat.interval.ms": "2000",
        "heartbeat.action.query": "INSERT INTO public.beats VALUES (now())",
        "table.include.list": "public.t",
    },
    prepare=make_table,
    break_it=drop_table,
    watch=60,
    remark="an error with a stack trace every two seconds, and data flows on",
)
SCENARIOS = (MISSING, MISSING.but(stack="e"))
