"""Background work of the sandbox: daemon threads that end with it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("sandbox")


def background(work: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=args, daemon=True, name=work.__qualname__)
    thread.start()
    return thread


def repeat(work: Callable[[], None], every: float, stopping: threading.Event) -> threading.Thread:
    """Run `work` every `every` real seconds. A bug in one round is logged and does not end the rounds."""

    def rounds() -> None:
        while not stopping.wait(every):
            try:
                work()
            except Exception:  # the boundary of a background loop: nobody above could see it
                log.exception("%s failed", work.__qualname__)

    thread = threading.Thread(target=rounds, daemon=True, name=work.__qualname__)
    thread.start()
    return thread
