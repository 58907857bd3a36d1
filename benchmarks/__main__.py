"""`make bench`: every figure about speed that the README quotes, each a ratio measured in one run."""

from __future__ import annotations

from benchmarks import handler_start, log_reading

if __name__ == "__main__":
    log_reading.main()
    handler_start.main()
