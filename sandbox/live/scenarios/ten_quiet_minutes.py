"""Noise: nothing happens for ten minutes of ConnectOps' time, two of ours."""

from sandbox.live.scenario import Scenario, quiet
from sandbox.live.subject import Subject


def nothing(subject: Subject) -> None:
    subject.mark("nobody writes")


QUIET = Scenario(
    name="ten-quiet-minutes",
    cause="nobody writes anything for ten minutes (two, five times as fast)",
    stack="d",
    truth=quiet(),
    settings={"heartbeat.interval.ms": "5000"},
    break_it=nothing,
    writes=False,
    watch=120,
)
SCENARIOS = (QUIET, QUIET.but(stack="a"))
