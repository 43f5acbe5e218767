"""What organisations do in the day, as the JSON that they send: they know the published contract, and no code of the room. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from gateway.simulate.day.places import DrawnStreet

Act = Mapping[str, Any]
"""An action: its `type`, and what belongs to it. The player adds the version that is answered or updated."""

DAY_S = 240.0
"""How long the day takes at its usual speed."""

_ZONE = ZoneInfo("Europe/Rome")


class DayStep(NamedTuple):
    """What an organisation does with a situation, and when, in seconds of a day that takes DAY_S."""

    at_s: float
    organisation: str
    situation: str
    act: Act


class DayTimes:
    """The times of events, counted from the beginning of the day."""

    def __init__(self, start_ms: int) -> None:
        self._start = datetime.fromtimestamp(start_ms / 1000, UTC)

    def minutes(self, count: float) -> str:
        """Return the instant so many minutes later, or before."""
        return (self._start + timedelta(minutes=count)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def days(self, count: int) -> str:
        """Return the date so many days later, in Prato."""
        return (self._start.astimezone(_ZONE) + timedelta(days=count)).date().isoformat()


def publish(properties: Mapping[str, Any], geometry: Mapping[str, Any] | None) -> Act:
    """Return the act that publishes an event."""
    return {"type": "publish", "feature": feature(properties, geometry)}


def update(properties: Mapping[str, Any], geometry: Mapping[str, Any] | None) -> Act:
    """Return the act that changes the content of an event."""
    return {"type": "update", "feature": feature(properties, geometry)}


def feature(properties: Mapping[str, Any], geometry: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return a GeoJSON feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def answer(word: str, note: str | None = None) -> Act:
    """Return the act that answers an event: seen, accepted, objected."""
    return {"type": "acknowledge", "answer": word} | ({} if note is None else {"note": note})


def comment(text: str) -> Act:
    """Return the act that adds a comment."""
    return {"type": "comment", "text": text}


def look_for_conflicts(other: str) -> Act:
    """Return the act that asks what is in the way of a situation, and finds another one there."""
    return {"type": "conflicts", "other": other}


CONFIRM: Act = {"type": "confirm"}
BEGIN: Act = {"type": "begin", "verified": True}
END: Act = {"type": "end", "verified": True}


def event(
    kind: str, it: str, en: str, timing: tuple[str, str | None], *streets: DrawnStreet, to: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """Return what every event says.

    Args:
        kind: What it is about.
        it: Its headline in Italian.
        en: Its headline in English.
        timing: When it begins, and when it ends if that is known.
        streets: Where it is.
        to: The organisations that alone may see it; None for a public event.
    """
    begin, end = timing
    return {
        "kind": kind,
        "headline": {"it": it, "en": en},
        "timing": {"planned_start": begin} | ({} if end is None else {"planned_end": end}),
        "location": {"street_refs": [one.ref for one in streets]},
        "audience": {"public": True} if to is None else {"public": False, "organisations": to},
    }
