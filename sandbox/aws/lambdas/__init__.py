"""Runs the artifacts that SAM built in processes of their own, as Lambda does."""
