"""Somebody updates a connector on MSK Connect to settings that do not work, and the service takes them back."""

from collections.abc import Callable

from sandbox.live.msk_platform import on_msk_connect
from sandbox.live.scenario import On, Scenario, reported
from sandbox.live.subject import Subject, properties


def update(**settings: str) -> Callable[[Subject], None]:
    """What `settings` change, as in `Subject.reconfigure`; the service checks it, and it does not work."""

    def do(subject: Subject) -> None:
        named = properties(settings)
        on_msk_connect(subject.platform).update(subject.name, subject.configuration | named)
        subject.mark(f"update tried by a person: {', '.join(sorted(named))}")

    return do


def correct(subject: Subject) -> None:
    """The next update works."""
    subject.configuration |= {"poll.interval.ms": "400"}
    on_msk_connect(subject.platform).update(subject.name, subject.configuration)
    subject.mark("updated again, correctly")


TAKEN_BACK = Scenario(
    name="update-taken-back",
    cause="an update whose task fails at once; MSK Connect takes it back and says RUNNING",
    stack="d",
    truth=reported("MSK_UPDATE_ROLLED_BACK", "PG_PUBLICATION"),
    break_it=update(publication__autocreate__mode="disabled", publication__name="nowhere"),
    mend=correct,
    on=On.MSK,
)
REFUSED = Scenario(
    name="update-refused",
    cause="an update with a property that its connector does not allow; MSK Connect refuses it and says RUNNING",
    stack="d",
    truth=reported("MSK_UPDATE_FAILED"),
    break_it=update(tombstones__on__delete="perhaps"),
    mend=correct,
    on=On.MSK,
)
SCENARIOS = (TAKEN_BACK, TAKEN_BACK.but(stack="e"), REFUSED, REFUSED.but(stack="b"))
