"""The set-up that ConnectOps grew from, walked through on real workers."""
