"""The boards. Importing this package registers all of them; a new board is one more module, imported here."""

from dashboards.boards import fleet, street

__all__ = ["fleet", "street"]
