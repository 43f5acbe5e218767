"""A roll-out of firmware in the history of a simulated town: its waves in the last nights, and the one canary that it lost. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.centre.series_rows import StoredRow, origin
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId
from gateway.simulate.history.town import SITE, Period, Town

_CENTRE, _ROLLOUT, _EVENT = "centre", canonical_fields("rollout"), canonical_fields("event")
_DAY_S, _EVERY_S = 86_400.0, 300.0
_MODEL, _VERSION = "WBMAP3E", "2.5.0"


class _Night(NamedTuple):
    """How far the roll-out is when a night is over, as shares of its devices."""

    wave: int
    healthy: float


_NIGHTS = (_Night(0, 0.0), _Night(1, 0.05), _Night(2, 0.15), _Night(3, 0.4))


def rollout_rows(of: Town, whole: Period) -> Iterator[StoredRow]:
    """Yield the counts of the roll-out, every few minutes of the last days of a period, and what happened to its devices."""
    begun_s = max(whole.from_s, whole.to_s - len(_NIGHTS) * _DAY_S)
    devices = max(4, len(of.panels))
    source = origin(GatewayId(SITE, _CENTRE, _CENTRE), Stream("r1", "firmware", _CENTRE, "rollout", _ROLLOUT, _EVERY_S))
    t_s = -(-begun_s // _EVERY_S) * _EVERY_S
    while t_s < whole.to_s:
        night = _NIGHTS[min(len(_NIGHTS) - 1, int((t_s - begun_s) // _DAY_S))]
        healthy, failed, watched = round(night.healthy * devices), int(night.wave > 1), 1
        waiting = devices - healthy - failed - watched
        yield StoredRow(
            source,
            int(1000 * t_s),
            ["running", _MODEL, _VERSION, night.wave, len(_NIGHTS), devices, waiting, 0, watched, healthy, failed, 0],
        )
        t_s += _EVERY_S
    for number, panel in enumerate(of.panels[:5]):
        stream = Stream("r1", f"{panel.asset}-meter", _CENTRE, "event", _EVENT, 0.0)
        at_ms = int(1000 * (begun_s + 60 * (number + 1)))
        yield StoredRow(origin(panel.gateway, stream), at_ms, ["firmware_rollout", None, "r1: updated", "r1: aggiornato"])
