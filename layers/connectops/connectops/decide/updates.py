"""Which updates people have to hear of. Told from a look alone, so that a message that was lost costs one look."""

from __future__ import annotations

from datetime import timedelta

from connectops.model import ConnectorState, Look, UpdateState

TOLD_WITHIN = timedelta(hours=24)
"""What failed before is history: a first deployment tells nobody of last year's updates."""

CLASS_OF = {UpdateState.ROLLED_BACK: "MSK_UPDATE_ROLLED_BACK", UpdateState.FAILED: "MSK_UPDATE_FAILED"}
"""The failure classes of updates; no line of a worker shows them."""


def is_news(look: Look) -> bool:
    """Whether the latest update failed not long ago; while the connector is UPDATING, it may still be rolled back."""
    update = look.update
    if update is None or not update.state.is_failure or look.state is ConnectorState.UPDATING:
        return False
    return look.at - (update.ended_at or update.at) < TOLD_WITHIN
