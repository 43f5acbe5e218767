"""The boards. Importing this package registers all of them; a new board is one more module, imported here."""

from dashboards.boards import city, completeness, environment, firmware, gateways, lighting, situation, traffic

__all__ = ["city", "completeness", "environment", "firmware", "gateways", "lighting", "situation", "traffic"]
