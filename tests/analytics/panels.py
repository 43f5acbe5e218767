"""A panel for tests, and minutes of it."""

from zoneinfo import ZoneInfo

from gateway.analytics.calendar import lighting_day
from gateway.analytics.panel import MINUTE_MS, LitPanel, PanelMinute
from gateway.analytics.sun import Coordinates
from gateway.model.site.assets import DimmingSettings, LightingSettings

ROME = ZoneInfo("Europe/Rome")
LIGHTING = LightingSettings(lamps=40, lamp_power=100.0, base_power=10.0, dimming=[DimmingSettings(begin=23 * 60, end=5 * 60, level=50)])
PANEL = LitPanel("qe-041", LIGHTING, Coordinates(43.8777, 11.1022), ROME, "Quadro 41")
DAY = lighting_day(1_792_000_000_000, ROME)
"""14 October 2026, noon to noon; the sun sets at 18:33 and rises at 7:29."""

HOUR_MS = 3_600_000
VOLTS = (230.0, 231.0, 229.0)


def minutes(
    *powers: tuple[float, float, float | None], volts: tuple[float | None, float | None, float | None] = VOLTS
) -> list[PanelMinute]:
    """Return the minutes of parts of the day: from hour, to hour after noon, power in W."""
    return [
        PanelMinute(DAY.from_ms + number * MINUTE_MS, power_w, volts, 0.95)
        for begin_h, end_h, power_w in powers
        for number in range(round(60 * begin_h), round(60 * end_h))
    ]
