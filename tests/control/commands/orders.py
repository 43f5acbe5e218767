"""Overrides for the tests."""

from typing import Any

from gateway.control.commands.override import LightOverride

NOW_MS = 1_806_000_000_000
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


def override(name: str = "a", **changed: Any) -> LightOverride:
    """Return an override to 100 % for two hours from now, changed."""
    known: dict[str, Any] = {"issued_ms": NOW_MS, "issued_by": "operator:console", "level": 100, "expires_ms": NOW_MS + 2 * HOUR_MS}
    return LightOverride(id=name, **known | changed)


def release(name: str, issued_ms: int, **changed: Any) -> LightOverride:
    """Return the release of overrides."""
    return override(name, issued_ms=issued_ms, level=None, expires_ms=None, **changed)
