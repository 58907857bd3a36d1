"""The server ends the connections of a connector; nothing else is wrong."""

from sandbox.live.scenario import Scenario, cured, healed, quiet
from sandbox.live.subject import Subject

ENDED = Scenario(
    name="connection-ended",
    cause="the server ends its connections",
    stack="d",
    truth=healed("PG_CONN_LOST", "NOISE_RETRIABLE_HANDLED"),
    break_it=Subject.disconnect,
    often=True,
)
SILENT = ENDED.but(
    stack="a",
    truth=cured("MYSQL_CONN_LOST"),
    remark="one INFO line, then RUNNING and silence",
)
IN_TIME = ENDED.but(
    name="keep-alive-in-time",
    cause="the server ends its connections; Debezium's keep-alive is quicker than ConnectOps' patience",
    stack="a",
    truth=quiet(),
    settings={"connect.keep.alive.interval.ms": "5000"},
    watch=60,
    often=False,
)
SCENARIOS = (
    ENDED,
    ENDED.but(stack="e", often=False),
    SILENT,
    SILENT.but(stack="b", often=False),
    SILENT.but(stack="c", often=False),
    IN_TIME,
    IN_TIME.but(stack="c"),
)
