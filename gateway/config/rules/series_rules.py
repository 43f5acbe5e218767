"""No two parts of a profile, and no two channels of a device, write the same series: in the store, one would overwrite the other. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from yaml import Node

from gateway.config.problems import Problems
from gateway.config.tree_to_struct import entry
from gateway.model.profile import Measurement, Profile, filled_tags, is_channelled, sources_of
from gateway.model.site.lines import DeviceSettings

_WHOLE = -1
"""The channel of what the whole device measures."""

_SHOWN = 3


def check_series(profile: Profile, root: Node, problems: Problems) -> None:
    """Check that no two measurements of a profile write the same fields of the same series."""
    points = {point.name: point for point in profile.points}

    def by_channel(measurement: Measurement) -> bool:
        return any(is_channelled(profile, points[name]) for name in sources_of(profile, measurement) if name in points)

    for number, measurement in enumerate(profile.measurements):
        for earlier in profile.measurements[:number]:
            same = _shared(earlier, measurement) if by_channel(earlier) is by_channel(measurement) else []
            if same and earlier.measurement == measurement.measurement and earlier.tags == measurement.tags:
                what = f"an entry above already writes {_listed(same)} of '{measurement.measurement}': one would overwrite the other"
                instead = "write each field once, or tell the two apart with 'tags: {…}' or 'when: {…}'"
                problems.add(entry(root, "measurements", number), what, instead)
                break


class _Written(NamedTuple):
    """What one channel of a device writes."""

    measurement: Measurement
    channel: int


def check_channels(device: DeviceSettings, profile: Profile, node: Node, problems: Problems) -> None:
    """Check that no two channels of a device write the same fields of the same series."""
    seen: dict[tuple[object, ...], list[_Written]] = {}
    for key, written in _series(device, profile):
        for other in seen.get(key, []):
            if other.channel != written.channel and (same := _shared(other.measurement, written.measurement)):
                what = f"channels {other.channel} and {written.channel} of '{device.id}' both write {_listed(same)} of '{key[0]}'"
                instead = 'give each an asset of its own, or tell them apart with \'mounting: {0: {lane: "1"}, 1: {lane: "2"}}\''
                problems.add(entry(node, "channels"), f"{what}: one would overwrite the other", instead)
                return
        seen.setdefault(key, []).append(written)


def _series(device: DeviceSettings, profile: Profile) -> Iterator[tuple[tuple[object, ...], _Written]]:
    points = {point.name: point for point in profile.points}
    for measurement in profile.measurements:
        by_channel = any(is_channelled(profile, points[name]) for name in sources_of(profile, measurement))
        for channel in sorted(device.channels) if by_channel else (_WHOLE,):
            tags = filled_tags(measurement, channel) | device.tags | device.mounting.get(channel, {})
            asset = device.channels.get(channel, device.asset or device.id)
            yield (asset, measurement.measurement, *sorted(tags.items())), _Written(measurement, channel)


def _shared(one: Measurement, other: Measurement) -> list[str]:
    """Return the fields that both write, unless they never apply at the same time."""
    for name in one.when.keys() & other.when.keys():
        if set(one.when[name]).isdisjoint(other.when[name]):
            return []
    return [name for name in one.fields if name in other.fields]


def _listed(names: Iterable[str]) -> str:
    first, *more = [f"'{name}'" for name in names]
    shown = [first, *more[: _SHOWN - 1]]
    return ", ".join(shown) + (f" and {len(more) + 1 - _SHOWN} more" if len(more) >= _SHOWN else "")
