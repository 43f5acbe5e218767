"""The commands `gateway situation` for a room with works."""

from tests.cli.situation.room import room

__all__ = ["room"]
