"""Outcome -> people: metrics, notices and messages."""
