"""Instants as text: ISO 8601 in UTC, from and to milliseconds since 1970."""

from datetime import UTC, datetime
from typing import Literal


def iso_utc(t_ms: int, timespec: Literal["seconds", "milliseconds"] = "milliseconds") -> str:
    """Return an instant as ISO 8601 with the suffix Z, e.g. `2026-11-26T18:00:00.000Z`."""
    return datetime.fromtimestamp(t_ms / 1000, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def ms_of_iso(text: str) -> int:
    """Return the milliseconds since 1970 of an ISO 8601 instant; one without a zone is in UTC.

    Raises:
        ValueError: The text is not an instant.
    """
    instant = datetime.fromisoformat(text)
    return round(1000 * (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp())
