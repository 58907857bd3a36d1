"""`make bench`: every figure about speed that the README quotes, each a ratio measured in one run."""

from __future__ import annotations

import sys

from benchmarks import handler_start, log_reading


def main() -> int:
    """Run all; the goals that were missed are said, and make the exit code."""
    missed = 0
    for benchmark in (log_reading, handler_start):
        missed |= benchmark.main() or 0
        print()
    return missed


if __name__ == "__main__":
    sys.exit(main())
