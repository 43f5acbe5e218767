"""All roles of the centre. A new one is added to this table and nowhere else."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from gateway.alarms.role import AlarmRole
from gateway.centre.alarm_health import StoredHealth
from gateway.centre.city.role import CityRole
from gateway.centre.ingest.role import IngestRole
from gateway.centre.role import Role, RoleContext
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import StoreUnavailable


def _alarms(context: RoleContext) -> AlarmRole:
    settings = context.settings
    try:
        return AlarmRole(
            context.site, context.operator, context.broker, Path(settings.alarms_path()), StoredHealth(lambda: open_reader(settings.store))
        )
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"can't open the alarms {settings.alarms_path()}: {error}") from error


ROLES: dict[str, Callable[[RoleContext], Role]] = {"ingest": IngestRole, "city": CityRole, "alarms": _alarms}
"""Factories by name. They raise StoreUnavailable if the store, or the file of dead letters or of alarms, can't be opened."""
