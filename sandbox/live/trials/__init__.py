"""Scenarios on trial: real connectors are broken, the deployed ConnectOps handles them, and both are judged."""
