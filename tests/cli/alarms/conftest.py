"""The commands `gateway alarms` for a centre with alarms."""

from tests.cli.alarms.centre_with_alarms import gateway

__all__ = ["gateway"]
