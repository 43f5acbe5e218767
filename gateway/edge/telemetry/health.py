"""A gateway's health, reported once a minute to those who look after the fleet: measurement `gateway`, a stream of its own."""

from pathlib import Path
from typing import NamedTuple

from gateway.host.certificate import ends_ms
from gateway.host.machine import cpu_temperature, free_share, throttle_bits
from gateway.model.batch import Value
from gateway.model.canonical import HEALTH_PROFILE
from gateway.model.stream import Stream, canonical_fields

EVERY_S = 60.0

FIELDS = (
    "uptime", "backlog_batches", "clock_synchronised", "cpu_temperature", "undervoltage", "throttled", "line_load", "disk_free",
    "certificate_days", "version",
)  # fmt: skip
_STREAM_FIELDS = canonical_fields("gateway", *FIELDS)
_DAY_MS = 86_400_000

_UNDERVOLTAGE, _THROTTLED = 0x1_0001, 0xE_000E
"""Bits of the firmware: now, or since boot."""


class GatewayHealth(NamedTuple):
    """The parts of a gateway's health that are not the machine's. `line_load` is that of the busiest line, from 0 to 1."""

    uptime_s: float
    waiting: int
    synchronised: bool
    line_load: float


def health_stream(gateway: str) -> Stream:
    """Return the stream of a gateway's health."""
    return Stream(gateway, gateway, HEALTH_PROFILE, "gateway", _STREAM_FIELDS, EVERY_S)


IN_MEMORY = "journal_in_memory"
"""The alarm of a gateway whose disk was full at the start."""


def alarm_stream(gateway: str) -> Stream:
    """Return the stream of a gateway's own alarms."""
    return Stream(gateway, gateway, HEALTH_PROFILE, "event", canonical_fields("event"), 0.0)


def memory_alarm(*, active: bool) -> list[Value]:
    """Return the event that begins or ends the alarm that readings are in memory."""
    text, text_it = "disk full at the start: readings are in memory", "disco pieno all'avvio: le letture sono in memoria"
    return [IN_MEMORY, active, text, text_it]


def health_values(health: GatewayHealth, journal: Path, certificate: str | None, version: str, now_ms: int) -> list[Value]:
    """Return the values of one reading of that stream, including those of the machine."""
    free, bits = free_share(journal.parent), throttle_bits()
    return [
        int(health.uptime_s),
        health.waiting,
        health.synchronised,
        cpu_temperature(),
        None if bits is None else bool(bits & _UNDERVOLTAGE),
        None if bits is None else bool(bits & _THROTTLED),
        round(100 * health.line_load, 1),
        None if free is None else round(100 * free, 1),
        days_left(certificate, now_ms),
        version,
    ]


def days_left(certificate: str | None, now_ms: int) -> float | None:
    """Return the days for which the certificate in a file is still valid; None without a file, or a certificate in it."""
    if certificate is None:
        return None
    try:
        return round((ends_ms(Path(certificate)) - now_ms) / _DAY_MS, 1)
    except (OSError, ValueError):
        return None  # a gateway without a valid certificate is not connected, which is reported anyway
