"""What the canonical fields can be at all on a street: values beyond were misread, by a wrong profile or a broken device. Pure.

The limits are wide: no working device exceeds them. A profile's own `min` and `max`, and those of a site, replace them.
"""

from decimal import Decimal
from typing import NamedTuple

from gateway.model.canonical import Field, FieldKind


class PhysicalLimits(NamedTuple):
    """The least and the greatest possible value of a field, in its unit."""

    low: Decimal
    high: Decimal


def _limits(low: str, high: str) -> PhysicalLimits:
    return PhysicalLimits(Decimal(low), Decimal(high))


_BY_UNIT = {
    "V": _limits("-1000", "1000"),  # low voltage ends at 1000 V (IEC 60038)
    "A": _limits("-10000", "10000"),
    "W": _limits("-1e8", "1e8"),
    "V.A": _limits("-1e8", "1e8"),
    "V.A{reactive}": _limits("-1e8", "1e8"),
    "W.h": _limits("-1e13", "1e13"),  # 100 MW for eleven years
    "V.A.h{reactive}": _limits("-1e13", "1e13"),
    "Hz": _limits("0", "1000"),
    "%": _limits("-1", "1000"),  # the distortion of a small current exceeds 100 %
    "Cel": _limits("-100", "300"),
    "hPa": _limits("200", "1300"),
    "m/s": _limits("0", "150"),  # the strongest gust ever measured: 113 m/s (WMO)
    "deg": _limits("-360", "720"),
    "km/h": _limits("-500", "500"),
    "mm": _limits("0", "2000"),  # the most rain ever measured in a day: 1825 mm (WMO)
    "mm/h": _limits("0", "10000"),
    "lx": _limits("0", "300000"),
    "W/m2": _limits("-100", "3000"),
    "ug/m3": _limits("-1000", "1000000"),
    "mg/m3": _limits("-1000", "1000000"),
    "[ppm]": _limits("-100", "1000000"),
    "dB": _limits("-50", "200"),
    "dB[SPL]{A}": _limits("-50", "200"),
}
_BY_NAME = {
    "frequency": _limits("0", "100"),  # of the mains: 50 or 60 Hz
    "power_factor": _limits("-2", "2"),  # some meters show the quadrant as 1 to 2
    "dim_level": _limits("0", "110"),
    "relative_humidity": _limits("-5", "120"),
    "battery_charge": _limits("0", "110"),
}


def physical_limits(field: Field) -> PhysicalLimits | None:
    """Return the limits of a canonical field; None if it has none."""
    if field.kind is FieldKind.STATE:
        return None
    named = _BY_NAME.get(field.name) or (_BY_NAME["power_factor"] if field.name.startswith("power_factor") else None)
    return named or _BY_UNIT.get(field.unit or "")
