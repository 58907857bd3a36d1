"""`make bench`: every figure about speed that the README quotes, measured in one run."""

from __future__ import annotations

from benchmarks import handler_start, log_reading, looking, repairing

if __name__ == "__main__":
    log_reading.main()
    handler_start.main()
    looking.main()
    repairing.main()
