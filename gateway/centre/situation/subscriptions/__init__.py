"""Subscriptions: who is sent which situations, by e-mail or to a webhook, and when."""
