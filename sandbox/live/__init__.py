"""Real Kafka, Kafka Connect, Debezium and databases on one machine, without containers. See README.md."""
