"""The worker is killed and started again, as MSK Connect or Kubernetes do it."""

from sandbox.live.scenario import Scenario, healed
from sandbox.live.subject import Subject


def kill(subject: Subject) -> None:
    subject.platform.kill_worker(subject.name)


KILLED = Scenario(
    name="worker-killed",
    cause="the worker is killed and comes back",
    stack="d",
    truth=healed(),
    break_it=kill,
    watch=45,
    alone=True,
    remark="rows since the last commit come twice",
)
SCENARIOS = (KILLED, KILLED.but(stack="a"))
