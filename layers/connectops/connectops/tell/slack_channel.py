"""One batch of notices on their way into a Slack channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectops.errors import MessageNotDelivered
from connectops.tell.slack_message import render

if TYPE_CHECKING:
    from connectops.clients.slack import SlackWebhook
    from connectops.model import Notice


class SlackChannel:
    """Posts a notice once, even if the batch holds it twice, and nothing more once Slack asked for a pause."""

    def __init__(self, webhook: SlackWebhook) -> None:
        self._webhook = webhook
        self._posted: set[str] = set()
        self._pause: MessageNotDelivered | None = None

    def tell(self, notice: Notice) -> None:
        """Raises MessageNotDelivered."""
        if notice.id in self._posted:
            return
        if self._pause:
            raise self._pause
        try:
            self._webhook.post(render(notice))
        except MessageNotDelivered as err:
            self._pause = err if err.retry_after_seconds is not None else None
            raise
        self._posted.add(notice.id)
