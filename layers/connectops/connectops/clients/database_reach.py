"""Asks the function that stands in the databases' network whether one of them can be reached."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import not_seen
from connectops.errors import ObservationFailed, Unreachable
from connectops.model import Endpoint

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

ONE_TRY = Config(retries={"total_max_attempts": 1, "mode": "standard"}, connect_timeout=1, read_timeout=4)
"""The function tries for 1.5 s and may start cold; whoever waits for it has others to decide about."""
BLIND_FOR = 60.0
"""Seconds in which a function that did not answer is not asked again."""


class DatabaseReach:
    """`client` opens a boto3 Lambda client, when it is first needed: hardly ever. `clock` gives seconds."""

    def __init__(
        self, function: str, client: Callable[[], LambdaClient], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._function = function
        self._client = client
        self._clock = clock
        self._blind_until = -math.inf

    def away(self, database: Endpoint) -> str | None:
        """Why it cannot be reached, None if it can. Raises ObservationFailed where the function does not say."""
        if self._clock() < self._blind_until:
            raise Unreachable(f"{self._function} did not answer a moment ago")
        try:
            return self._ask(database)
        except ObservationFailed:
            self._blind_until = self._clock() + BLIND_FOR
            raise

    def _ask(self, database: Endpoint) -> str | None:
        try:
            answer = self._client().invoke(FunctionName=self._function, Payload=json.dumps(asdict(database)).encode())
            said = json.loads(answer["Payload"].read())
        except (BotoCoreError, ClientError) as err:
            raise not_seen(f"{self._function}: Invoke", err) from err
        except ValueError as err:
            raise Unreachable(f"{self._function} did not answer with JSON") from err
        if answer.get("FunctionError") or not isinstance(said, dict) or "away" not in said:
            raise Unreachable(f"{self._function} could not try to reach {database}")
        return None if said["away"] is None else str(said["away"])
