"""All roles of the centre. A new one is added to this table and nowhere else."""

from collections.abc import Callable

from gateway.centre.alarms.role import AlarmRole
from gateway.centre.analytics.role import AnalyticsRole
from gateway.centre.city.role import CityRole
from gateway.centre.firmware.role import FirmwareRole
from gateway.centre.ingest.role import IngestRole
from gateway.centre.role import Role, RoleContext

ROLES: dict[str, Callable[[RoleContext], Role]] = {
    "ingest": IngestRole,
    "city": CityRole,
    "alarms": AlarmRole,
    "analytics": AnalyticsRole,
    "firmware": FirmwareRole,
}
"""Factories by name. They raise StoreUnavailable if the store, or the file of dead letters, alarms or roll-outs, can't be opened."""
