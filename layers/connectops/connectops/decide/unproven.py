"""What is decided while the evidence is not enough to act on: a look is waited for, and not for ever in silence."""

from __future__ import annotations

from datetime import datetime

from connectops.decide.proof import died_unseen
from connectops.decide.restart_policy import while_held
from connectops.model import Action, Decision, Incident, RepairPolicy, Verdict


def unproven(incident: Incident, policy: RepairPolicy, now: datetime) -> Decision:
    """WAIT, or a refusal that tells a person: a logged death of which neither looks nor records show the contrary.

    Its cause is not known, or it would be evidence enough: no restart rests on it, and nobody else will see it either.
    """
    if died_unseen(incident) and now - incident.failing_until >= policy.internal_retry_after:
        if on_hold := while_held(incident, policy):
            return on_hold
        why = "the log tells of a death whose cause nobody knows; no status confirms it, and no records disprove it"
        return Decision(Action.REFUSE, why, incident.failure_class, Verdict.RESTART_WITH_BACKOFF)
    why = "one sight is no proof: waiting for a second look or a logged cause"
    return Decision(Action.WAIT, why, incident.failure_class)
