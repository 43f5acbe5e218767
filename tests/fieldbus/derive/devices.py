"""Devices of made profiles, and their readings."""

from decimal import Decimal
from typing import Any

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.quarter_hours import QUARTER_MS
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings

T0_MS = 2_000_000 * QUARTER_MS
"""The start of some quarter hour."""


def profile(points: list[Point], measurements: list[Measurement], **more: Any) -> Profile:
    return Profile(profile="made", vendor="v", model="m", kind="lighting_meter", confidence="low", sources=[Source(ref="here")],
                   modbus=Modbus(unit=1), points=points, measurements=measurements, **more)  # fmt: skip


def meter(*extra: Point, fields: dict[str, str] | None = None, **more: Any) -> Profile:
    points = [Point(name="energy", input=0, type="uint32", scale=Decimal("0.1"), unit="kW.h", wraps_at=more.pop("wraps_at", None)), *extra]
    return profile(points, [Measurement(measurement="lighting_meter", fields=fields or {"active_energy": "energy"}), *more.pop("measurements", [])], **more)  # fmt: skip


def bound(one: Profile, **site: Any) -> BoundDevice:
    return bind(DeviceSettings(id="d", profile="made", asset="a", **site), one, {})


def reading(t_ms: int, *values: object, stream: int = 0, quality: dict[int, int] | None = None) -> Reading:
    return Reading(stream, t_ms, list(values), quality or {})  # type: ignore[arg-type]
