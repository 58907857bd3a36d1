"""The door to Slack: one message to an incoming webhook.

The webhook's URL is a secret: whoever has it can post. It must not be in an error, hence also not in an error's cause
or context: what `requests` raises carries the URL, so nothing is chained here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from connectops.errors import MessageNotDelivered

SECRET_KEPT_SECONDS = 300

_AWAY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_TEMPORARY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}
_ERROR_CODE = re.compile("[a-z_]{1,60}")
# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
_MEANING = {
    "invalid_payload": "Slack does not understand the message",
    "invalid_blocks": "Slack does not understand the message",
    "no_text": "the message is empty",
    "no_service": "the webhook was removed or switched off",
    "no_service_id": "the webhook's URL is wrong",
    "no_active_hooks": "the webhook was switched off",
    "no_team": "the workspace does not exist",
    "team_disabled": "the workspace is switched off",
    "invalid_token": "the webhook's URL is wrong or was revoked",
    "user_not_found": "the person does not exist",
    "channel_not_found": "the channel does not exist",
    "channel_is_archived": "the channel is archived",
    "action_prohibited": "an administrator does not allow this webhook to post",
    "posting_to_general_channel_denied": "this webhook may not post to the general channel",
}


class SlackAway(MessageNotDelivered):
    """Slack does not answer or asks for a pause: no other message would fare better now."""


class SlackWebhook:
    """An incoming webhook whose URL is the text of a secret: one of Secrets Manager, or a parameter of SSM.

    `fetch` is the `get` of Powertools' provider for it, which keeps what it got.
    """

    def __init__(self, secret_name: str, fetch: Callable[..., object], timeout: timedelta) -> None:
        self._secret_name = secret_name
        self._fetch = fetch
        self._timeout = timeout

    def post(self, message: Mapping[str, Any]) -> None:
        """Raises MessageNotDelivered. A URL that is refused may have been rotated: it is fetched afresh, once."""
        url = self._url()
        try:
            post(url, message, self._timeout)
        except MessageNotDelivered as err:
            if not err.permanent or (fresh := self._url(afresh=True)) == url:
                raise
            post(fresh, message, self._timeout)

    def _url(self, *, afresh: bool = False) -> str:
        try:
            secret = self._fetch(self._secret_name, max_age=SECRET_KEPT_SECONDS, force_fetch=afresh)
        except GetParameterError as err:
            raise MessageNotDelivered(f"the secret of the Slack webhook could not be read: {err}") from err
        return secret.strip() if isinstance(secret, str) else ""


def post(url: str, message: Mapping[str, Any], timeout: timedelta) -> None:
    """Raises SlackAway, or MessageNotDelivered: temporary for 5xx, else permanent."""
    import requests  # 100 ms that a cold start need not wait for

    if not _is_web_address(url):
        raise MessageNotDelivered("the secret does not hold a URL, expected https://hooks.slack.com/…", permanent=True)
    try:
        response = requests.post(url, json=message, timeout=timeout.total_seconds(), allow_redirects=False)
    except requests.RequestException as err:
        failure = type(err).__name__
    else:
        return _check(response.status_code, response.text, response.headers.get("Retry-After"))
    raise SlackAway(f"Slack did not answer: {failure}")


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _check(status: int, body: str, retry_after: str | None) -> None:
    if status == HTTPStatus.OK and body.strip() == "ok":
        return
    code = body.strip()
    # Only Slack's own short codes are repeated: what a proxy answers may hold anything.
    said = f" {code} ({_MEANING.get(code, 'see Slack')})" if _ERROR_CODE.fullmatch(code) else ""
    reason = f"Slack answered {status}{said}"
    if status in _AWAY:
        pause = float(retry_after) if retry_after and retry_after.isdecimal() else None
        raise SlackAway(reason, retry_after_seconds=pause)
    raise MessageNotDelivered(reason, permanent=status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _TEMPORARY)
