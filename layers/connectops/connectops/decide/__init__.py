"""Model -> model: pure functions that answer what to do, and why."""
