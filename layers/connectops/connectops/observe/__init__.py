"""World -> model: everything here only reads."""
