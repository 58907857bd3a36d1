"""The policy in force: the template's numbers, the mode that a person set, the rules of the policy file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from connectops.decide.intent import strictest
from connectops.decide.policy_file import read_rules
from connectops.errors import SettingsError
from connectops.model import ConnectorPolicy, Mode, RepairPolicy, StandingOrder
from connectops.standing import Standing


class Orders(Protocol):
    """Where standing orders are kept."""

    def load(self) -> Standing: ...


@dataclass(slots=True)
class PolicyInForce:
    """`template` is what the parameters say; `expects_file` says that they name a policy file."""

    template: RepairPolicy
    orders: Orders
    expects_file: bool
    _text: str | None = None
    _rules: tuple[ConnectorPolicy, ...] = ()

    def at(self, now: datetime) -> RepairPolicy:
        """What holds now, asked anew each time. Raises Unreachable.

        Where a policy file is expected and none was ever found right, nothing is acted upon: it may forbid everything.
        """
        standing = self.orders.load()
        template = replace(self.template, most=self.template.mode)
        mode = strictest(self.template.mode, mode_of(standing.mode, now) or self.template.mode)
        if not self.expects_file:
            return replace(template, mode=mode)
        try:
            rules = self._read(standing.policy, now)
        except SettingsError:
            return replace(template, mode=strictest(mode, Mode.ADVISE))
        return replace(template, mode=mode, rules=rules)

    def _read(self, policy: StandingOrder | None, now: datetime) -> tuple[ConnectorPolicy, ...]:
        if policy is None or policy.policy is None:
            raise SettingsError(("no policy file was found right yet",))
        if policy.policy != self._text:
            self._rules = read_rules(policy.policy, "policy file", now)
            self._text = policy.policy
        return self._rules


def mode_of(order: StandingOrder | None, now: datetime) -> Mode | None:
    """The mode that a person set, as long as it is to hold."""
    holds = order is not None and (order.until is None or now < order.until)
    return order.mode if order is not None and holds else None
