"""A person pauses a connector, and resumes it a while later."""

import time

from sandbox.live.scenario import Scenario, quiet
from sandbox.live.subject import Subject


def pause(subject: Subject) -> None:
    subject.platform.pause(subject.name)
    time.sleep(40)


def resume(subject: Subject) -> None:
    subject.platform.unpause(subject.name)


PAUSED = Scenario(
    name="paused-by-a-person",
    cause="a person pauses it",
    stack="d",
    truth=quiet(),
    break_it=pause,
    mend=resume,
    often=True,
)
SCENARIOS = (PAUSED, PAUSED.but(stack="a", often=False))
