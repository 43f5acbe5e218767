"""What the operator's page reads from the store. Pure: the reader and the times are handed in."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from gateway.centre.charts import Charts
from gateway.centre.energy import EnergyToday, energy_today
from gateway.centre.fleet import fleet_rows, latest_delays, latest_health
from gateway.centre.stores.port import StoreReader
from gateway.model.batch import Value
from gateway.model.messages import GatewayState
from gateway.model.topics import GatewayId
from gateway.web.operator.completeness import CompletenessView, completeness


class GatewayView(msgspec.Struct, omit_defaults=True):
    """One gateway as the page shows it: its state, its health when it last reported it, and the delay of its newest batch."""

    operator: str
    gateway: str
    state: str
    version: str | None = None
    clock: str | None = None
    seen_ms: int | None = None
    backlog_batches: float | None = None
    line_load: float | None = None
    delay_s: float | None = None


class StoreData:
    """Reads what the page shows of the past. Every method raises StoreUnavailable if the store does not answer.

    Args:
        site: The name of the site.
        reader: The store.
        time_zone: Whose days are shown.
    """

    def __init__(self, site: str, reader: StoreReader, time_zone: str) -> None:
        self._site, self._reader, self._zone = site, reader, ZoneInfo(time_zone)
        self._charts = Charts(reader)

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Return the points of a chart, oldest first, at most about `most` of them."""
        return self._charts.points(asset, measurement, field, device, from_ms, to_ms, most)

    def energy_today(self, now_ms: int) -> EnergyToday:
        """Return the energy that the panels have drawn since midnight."""
        return energy_today(self._reader, self._zone, now_ms)

    def gateways(self, states: Mapping[str, GatewayState], now_ms: int) -> list[GatewayView]:
        """Return the gateways, from their states by `operator/gateway` and from the health that they have reported."""
        known = {GatewayId(self._site, *name.split("/", 1)): state for name, state in states.items()}
        delays = latest_delays(self._site, self._reader, now_ms)
        return [
            GatewayView(
                one.operator, one.gateway, one.state, one.version, one.clock, one.seen_ms, one.backlog_batches, one.line_load,
                delays.get(GatewayId(self._site, one.operator, one.gateway)),
            )
            for one in fleet_rows(known, latest_health(self._site, self._reader, now_ms))
        ]  # fmt: skip

    def completeness(self, now_ms: int, hours: int, gateway: tuple[str, str] | None = None) -> CompletenessView:
        """Return the completeness of the last full hours: of every gateway, or of every device of one (its operator and name)."""
        return completeness(self._reader, now_ms, hours, gateway)
