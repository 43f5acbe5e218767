"""`gateway replay`: the short name of `gateway journal replay`."""

from gateway.cli.journal.replay import command

__all__ = ["command"]
