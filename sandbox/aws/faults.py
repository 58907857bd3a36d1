"""What was ordered to go wrong, and which call it hits."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.records import Fault


class AnswerLost(ConnectionError):
    """The connection is to be cut: the caller never learns what became of its call."""


@dataclass(slots=True)
class _Order:
    fault: Fault
    left: int | None
    ends_at: float | None

    @property
    def over(self) -> bool:
        return self.left == 0 or (self.ends_at is not None and time.monotonic() >= self.ends_at)


class Faults:
    """Orders are tried in the order in which they were given; one call is hit by at most one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[_Order] = []

    def order(self, fault: Fault) -> None:
        """`lasts` without `times` means as many calls as come."""
        ends_at = None if fault.lasts is None else time.monotonic() + fault.lasts
        with self._lock:
            self._orders.append(_Order(fault, None if fault.lasts is not None else fault.times, ends_at))

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def take(self, service: str, operation: str, caller: str | None, parameters: dict[str, Any]) -> Fault | None:
        with self._lock:
            self._orders = [order for order in self._orders if not order.over]
            for order in self._orders:
                if _fits(order.fault, service, operation, caller, parameters):
                    if order.left is not None:
                        order.left -= 1
                    return order.fault
        return None


def _fits(fault: Fault, service: str, operation: str, caller: str | None, parameters: dict[str, Any]) -> bool:
    return (
        fnmatchcase(service, fault.service)
        and fnmatchcase(operation, fault.operation)
        and fnmatchcase(caller or "", fault.caller)
        and (not fault.holds or fault.holds in json.dumps(parameters, default=str))
    )
