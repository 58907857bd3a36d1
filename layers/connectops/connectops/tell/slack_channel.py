"""One batch of notices on their way into a Slack channel."""

from __future__ import annotations

from connectops.clients.slack import SlackAway, SlackWebhook
from connectops.model import Notice
from connectops.tell.slack_message import render


class SlackChannel:
    """Posts a notice once, even if the batch holds it twice, and nothing more once Slack is away.

    Each try to reach a Slack that does not answer costs the whole time-out, and a batch has only so many seconds.
    """

    def __init__(self, webhook: SlackWebhook) -> None:
        self._webhook = webhook
        self._posted: set[str] = set()
        self._away: SlackAway | None = None

    def tell(self, notice: Notice) -> None:
        """Raises MessageNotDelivered."""
        if notice.id in self._posted:
            return
        if self._away:
            raise self._away
        try:
            self._webhook.post(render(notice))
        except SlackAway as err:
            self._away = err
            raise
        self._posted.add(notice.id)
