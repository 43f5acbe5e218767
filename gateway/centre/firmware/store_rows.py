"""What the store keeps of roll-outs: their counts, and what happened as events. Pure."""

from collections.abc import Iterable, Iterator

from firmware_tools.rollout.state import DeviceStage, Rollout
from gateway.centre.firmware.file import RolloutNews
from gateway.centre.series_rows import StoredRow, origin
from gateway.model.messages import AlarmText
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId

CENTRE = "centre"
"""The operator of the series of roll-outs, which may be of several operators."""

EVERY_S = 60.0

_EVENT, _ROLLOUT = canonical_fields("event"), canonical_fields("rollout")

_COUNTS: tuple[tuple[DeviceStage, ...], ...] = (
    (DeviceStage.WAITING,),
    (DeviceStage.ORDERED, DeviceStage.RUNNING),
    (DeviceStage.WATCHED,),
    (DeviceStage.HEALTHY,),
    (DeviceStage.FAILED,),
    (DeviceStage.REFUSED, DeviceStage.UNREACHED),
)
"""The fields of the measurement in their order, from `waiting` to `left_out`."""


def count_row(site: str, rollout: Rollout, t_ms: int) -> StoredRow:
    """Return the row of a roll-out at a time: its state, its wave, and how many devices are in each stage."""
    stream = Stream(rollout.id, "firmware", CENTRE, "rollout", _ROLLOUT, EVERY_S)
    release = rollout.target.release
    values = [rollout.state.value, release.model, release.version, rollout.wave, rollout.waves, len(rollout.devices)]
    return StoredRow(origin(GatewayId(site, CENTRE, CENTRE), stream), t_ms, [*values, *(rollout.count(*stages) for stages in _COUNTS)])


def event_rows(site: str, news: Iterable[RolloutNews], stopped: set[str]) -> Iterator[StoredRow]:
    """Yield what happened as events, of a roll-out or of one of its devices; one of those that `stopped` is active, as an alarm is.

    Two events of one series at one time would be one: each has a millisecond of its own.
    """
    taken: set[tuple[str, str, int]] = set()
    for one in news:
        sender, asset, device = _subject(site, one)
        t_ms = one.at_ms
        while (asset, device, t_ms) in taken:
            t_ms += 1
        taken.add((asset, device, t_ms))
        stream = Stream(asset, device, CENTRE, "event", _EVENT, 0.0)
        text = _texts(one)
        yield StoredRow(
            origin(sender, stream), t_ms, ["firmware_rollout", None if one.device else one.rollout in stopped, text.en, text.it]
        )


def _subject(site: str, one: RolloutNews) -> tuple[GatewayId, str, str]:
    if not one.device:
        return GatewayId(site, CENTRE, CENTRE), one.rollout, "firmware"
    operator, gateway, device = one.device.split("/")
    return GatewayId(site, operator, gateway), one.rollout, device


def _texts(one: RolloutNews) -> AlarmText:
    return AlarmText(f"{one.rollout}: {one.text.en}", f"{one.rollout}: {one.text.it}")
