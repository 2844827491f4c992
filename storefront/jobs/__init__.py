"""The outbox: the only durable queue."""
