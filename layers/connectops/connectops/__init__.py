"""ConnectOps: watch, diagnose and repair connectors on Amazon MSK Connect and Kafka Connect."""
