"""DynamoDB as it behaves: a call is carried out whole or not at all, and beside it no other one.

Patches what reads and writes items in moto's DynamoDBBackend, which is not safe between threads: a transaction that
fails puts back a copy of the whole table, and with it takes back what others wrote since it began.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from sandbox.aws.world import World

OF_ITEMS = ("put_item", "get_item", "query", "scan", "update_item", "delete_item", "transact_write_items")

lock = threading.RLock()
"""Guards all tables."""


def install(_world: World) -> None:
    for name in OF_ITEMS:
        setattr(DynamoDBBackend, name, _alone(getattr(DynamoDBBackend, name)))


def _alone(carry_out: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(carry_out)
    def alone(*args: Any, **options: Any) -> Any:
        with lock:
            return carry_out(*args, **options)

    return alone
