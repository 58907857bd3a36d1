"""The `connectops` command: one file a command, each a corridor like a function."""
