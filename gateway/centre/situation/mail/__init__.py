"""Subscriptions: who is sent e-mails about which situations."""
