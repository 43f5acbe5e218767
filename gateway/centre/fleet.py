"""The gateways of a site: their own state from the broker, their health from the store. Pure."""

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from gateway.centre.stores.port import StoreReader
from gateway.model.batch import Value
from gateway.model.canonical import HEALTH_PROFILE, MEASUREMENTS
from gateway.model.messages import GatewayState
from gateway.model.topics import GatewayId

_DAY_MS = 86_400_000
_CERTIFICATE_SOON_DAYS, _LARGE_BACKLOG_BATCHES = 30, 100

LatestHealth = dict[GatewayId, dict[str, Value]]
"""The latest health of each gateway by field, with its time as `t_ms`."""


class FleetRow(msgspec.Struct, omit_defaults=True):
    """One gateway: its state, and its health when it last reported it."""

    operator: str
    gateway: str
    state: str
    version: str | None = None
    clock: str | None = None
    seen_ms: int | None = None
    uptime_s: float | None = None
    backlog_batches: float | None = None
    line_load: float | None = None
    disk_free: float | None = None
    cpu_temperature: float | None = None
    certificate_days: float | None = None

    @property
    def attention(self) -> list[str]:
        """What needs attention: the state (offline), the clock (unsynced), a large backlog (waiting), a certificate that expires soon."""
        found = {
            "state": self.state == "offline",
            "clock": self.clock == "unsynced",
            "waiting": (self.backlog_batches or 0) > _LARGE_BACKLOG_BATCHES,
            "certificate": self.certificate_days is not None and self.certificate_days < _CERTIFICATE_SOON_DAYS,
        }
        return [name for name, needed in found.items() if needed]


def latest_health(site: str, reader: StoreReader, now_ms: int) -> LatestHealth:
    """Return the latest health of every gateway that reported it within a day.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    fields = tuple(MEASUREMENTS["gateway"])
    found: LatestHealth = defaultdict(dict)
    for series, ((t_ms, values),) in reader.latest("gateway", fields, {"profile": HEALTH_PROFILE}, now_ms - _DAY_MS):
        tags = dict(series)
        sender = GatewayId(site, tags["operator"], tags["gateway"])
        present = {field: value for field, value in zip(fields, values, strict=True) if value is not None}
        if t_ms >= (_integer(found[sender].get("t_ms")) or 0):
            found[sender] = {**present, "t_ms": t_ms}
    return found


def latest_delays(site: str, reader: StoreReader, now_ms: int) -> dict[GatewayId, float]:
    """Return the delay of every gateway's newest batch of the last day: from its first reading until it was stored, in seconds.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    newest: dict[GatewayId, tuple[int, float]] = {}
    for series, ((t_ms, (delay_s,)),) in reader.latest("uplink", ("delay",), {}, now_ms - _DAY_MS):
        tags, number = dict(series), _number(delay_s)
        sender = GatewayId(site, tags["operator"], tags["gateway"])
        if number is not None and t_ms >= newest.get(sender, (0, 0.0))[0]:
            newest[sender] = t_ms, number
    return {sender: delay_s for sender, (_, delay_s) in newest.items()}


def fleet_rows(states: Mapping[GatewayId, GatewayState], health: LatestHealth) -> list[FleetRow]:
    """Return the gateways that have a state or health, by operator and name."""
    fleet = []
    for sender in sorted(states.keys() | health.keys()):
        state, latest = states.get(sender, GatewayState("offline")), health.get(sender, {})
        numbers = {
            name: _number(latest.get(name)) for name in ("backlog_batches", "line_load", "disk_free", "cpu_temperature", "certificate_days")
        }
        version = latest.get("version")
        fleet.append(
            FleetRow(
                sender.operator, sender.gateway, state.state, state.version or (version if isinstance(version, str) else None), state.clock,
                seen_ms=_integer(latest.get("t_ms")), uptime_s=_number(latest.get("uptime")), **numbers,
            )
        )  # fmt: skip
    return fleet


def _integer(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) else None
