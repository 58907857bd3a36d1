"""The one factor by which the sandbox's AWS is faster than AWS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`factor` 20 makes a minute of AWS last three seconds. What functions compute is real and not scaled."""

    factor: float = 1.0

    def real(self, aws_seconds: float) -> float:
        """How long something takes here that takes `aws_seconds` on AWS."""
        return aws_seconds / self.factor
