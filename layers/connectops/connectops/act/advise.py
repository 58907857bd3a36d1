"""Advice instead of action: the actor of mode ADVISE touches nothing."""

from __future__ import annotations

from connectops.act.actor import Attempted
from connectops.model import Action, ConnectorId

_ADVICE = {Action.RESTART_TASKS: "restart its failed tasks", Action.RESTART_CONNECTOR: "restart the connector"}


class AdvisingActor:
    """Says what would have been done."""

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        return Attempted(remark=f"advice only, nothing was touched: {_ADVICE[action]}")
