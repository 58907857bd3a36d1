"""The network drops what the database sends, and tells nobody: no line, RUNNING, and nothing arrives."""

from sandbox.live.obstacles import Proxy
from sandbox.live.scenario import On, Scenario, cured
from sandbox.live.subject import Subject


def go_through_a_proxy(subject: Subject) -> None:
    proxy = Proxy(subject.stack.laboratory.free_port(), subject.stack.database.port)
    subject.in_the_way.append(proxy)
    subject.configuration["database.port"] = str(proxy.port)


def go_silent(subject: Subject) -> None:
    for proxy in subject.in_the_way:
        if isinstance(proxy, Proxy):
            proxy.go_silent()


HALF_OPEN = Scenario(
    name="half-open-connection",
    cause="its connection is half open: nothing arrives, nothing is logged",
    stack="d",
    truth=cured("UNKNOWN"),
    settings={"heartbeat.interval.ms": "5000"},
    prepare=go_through_a_proxy,
    break_it=go_silent,
    control=True,
    on=On.MSK,
    remark="seen by missing heartbeats only",
)
MEETS_ITS_PREDECESSOR = HALF_OPEN.but(
    stack="e",
    truth=cured("UNKNOWN", "DBZ_TASK_NOT_STOPPED", may_page=True),
    control=False,
    remark="seen by missing heartbeats only; the restarted task may meet the one that still waits for the network",
)
SCENARIOS = (HALF_OPEN, MEETS_ITS_PREDECESSOR)
