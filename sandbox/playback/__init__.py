"""Plays recordings of real workers: their lines, their statuses, and what a restart really did."""
