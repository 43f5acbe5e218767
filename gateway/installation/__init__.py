"""Puts users, folders and systemd units in place, and takes them away again."""
