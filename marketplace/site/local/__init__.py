"""The local run: embedded PostgreSQL and Valkey, and one supervisor for every process."""
