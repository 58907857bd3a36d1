"""A transformation is deployed that asks each record for a field that none has."""

from sandbox.live.scenario import Scenario, refused
from sandbox.live.subject import Subject


def deploy(subject: Subject) -> None:
    subject.reconfigure(
        transforms="part",
        transforms__part__type="org.apache.kafka.connect.transforms.ExtractField$Value",
        transforms__part__field="nowhere",
    )


def take_back(subject: Subject) -> None:
    subject.reconfigure(transforms=None, transforms__part__type=None, transforms__part__field=None)
    subject.restart()


FAILS = Scenario(
    name="transformation-fails",
    cause="a transformation cannot handle the records",
    stack="d",
    truth=refused("CONNECT_SMT_FAILURE"),
    break_it=deploy,
    mend=take_back,
    often=True,
)
SCENARIOS = (FAILS, FAILS.but(stack="a"), FAILS.but(stack="e", often=False))
