"""What a gateway tells of itself once a minute, for who looks after the fleet: measurement `gateway`, its own stream."""

from pathlib import Path
from typing import NamedTuple

from gateway.host.certificate import ends_ms
from gateway.host.machine import cpu_temperature, free_share
from gateway.model.batch import Value
from gateway.model.canonical import HEALTH_PROFILE
from gateway.model.stream import Stream, canonical_fields

EVERY_S = 60.0

FIELDS = ("uptime", "backlog_batches", "clock_synchronised", "cpu_temperature", "line_load", "disk_free", "certificate_days", "version")
_STREAM_FIELDS = canonical_fields("gateway", *FIELDS)
_DAY_MS = 86_400_000


class GatewayHealth(NamedTuple):
    """What the composition knows: seconds of this run, batches that wait, whether the clock is the kernel's, the busiest line (0 to 1)."""

    uptime_s: float
    waiting: int
    synchronised: bool
    line_load: float


def health_stream(gateway: str) -> Stream:
    """Give the stream of a gateway's health."""
    return Stream(gateway, gateway, HEALTH_PROFILE, "gateway", _STREAM_FIELDS, EVERY_S)


def health_values(health: GatewayHealth, journal: Path, certificate: str | None, version: str, now_ms: int) -> list[Value]:
    """Give the values of one reading of that stream, with what the machine tells."""
    free = free_share(journal.parent)
    return [
        int(health.uptime_s),
        health.waiting,
        health.synchronised,
        cpu_temperature(),
        round(100 * health.line_load, 1),
        None if free is None else round(100 * free, 1),
        _days_left(certificate, now_ms),
        version,
    ]


def _days_left(certificate: str | None, now_ms: int) -> float | None:
    if certificate is None:
        return None
    try:
        return round((ends_ms(Path(certificate)) - now_ms) / _DAY_MS, 1)
    except (OSError, ValueError):
        return None  # a gateway without a good certificate is not connected, which says it better
