"""Noise: a second worker joins the group and leaves it again."""

import time

from sandbox.live.platforms import Cluster
from sandbox.live.scenario import On, Scenario, quiet
from sandbox.live.subject import Subject
from sandbox.live.worker import Worker

_ITS_OWN = ("listeners", "plugin.path")


def join_and_leave(subject: Subject) -> None:
    if not isinstance(subject.platform, Cluster):
        raise TypeError("on MSK Connect nobody joins by hand")
    first = subject.platform.worker
    shared = {key: value for key, value in first.properties.items() if key not in _ITS_OWN}
    plugins = [link.resolve() for link in (first.home / "plugins").iterdir()]
    stack = subject.stack
    second = Worker(stack.laboratory, first.version, stack.broker.address, plugins, shared, name="second")
    time.sleep(10)
    second.stop()


JOINS = Scenario(
    name="worker-joins",
    cause="a second worker joins the group and leaves it",
    stack="d",
    truth=quiet(),
    break_it=join_and_leave,
    watch=120,
    alone=True,
    on=On.CLUSTER,
)
SCENARIOS = (JOINS,)
