"""Decision -> outcome: the only code that changes a connector."""
