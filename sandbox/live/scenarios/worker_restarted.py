"""Noise: the worker is restarted orderly, and another one joins and leaves."""

from sandbox.live.scenario import Scenario, quiet
from sandbox.live.subject import Subject


def restart(subject: Subject) -> None:
    subject.platform.restart_worker(subject.name)


ORDERLY = Scenario(
    name="worker-restarted",
    cause="the worker is restarted orderly",
    stack="a",
    truth=quiet(),
    break_it=restart,
    watch=45,
    alone=True,
)
SCENARIOS = (ORDERLY, ORDERLY.but(stack="d"), ORDERLY.but(stack="e"))
