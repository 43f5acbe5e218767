"""The delivery of notifications: a durable queue, e-mail, webhooks."""
