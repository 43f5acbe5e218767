"""The rules of a device in a site file, checked against its profile."""

from collections.abc import Mapping
from typing import NamedTuple

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.rules.rule import Rule, check
from gateway.config.rules.series_rules import check_channels
from gateway.config.tree_to_struct import entry, has_key, key_node
from gateway.model.profile import Profile, is_channelled, listens, sources_of
from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings


class _Subject(NamedTuple):
    """A device with its profile and its node, as an invalid value leaves no trace in the struct."""

    device: DeviceSettings
    profile: Profile
    node: Node

    @property
    def by_channel(self) -> list[bool]:
        """Whether each measurement has fields of channels."""
        points = {point.name: point for point in self.profile.points}
        return [
            any(is_channelled(self.profile, points[name]) for name in sources_of(self.profile, measurement))
            for measurement in self.profile.measurements
        ]

    @property
    def last_channel(self) -> int:
        return (self.profile.channels or 1) - 1

    def has(self, key: str) -> bool:
        return has_key(self.node, key)


_ASSETS = (
    Rule[_Subject](
        lambda s: not all(s.by_channel) and not s.has("asset"),
        "",
        "device '{s.device.id}' has no asset",
        "add 'asset: …', the city's name for the thing that the device measures",
    ),
    Rule[_Subject](
        lambda s: any(s.by_channel) and not s.has("channels"),
        "",
        "device '{s.device.id}' has channels without assets",
        "add 'channels: {{0: …}}', numbers 0 to {s.last_channel}",
    ),
)

_LISTENING = (
    Rule[_Subject](
        lambda s: s.device.expected_within is not None and not listens(s.profile),
        "expected_within",
        "'{s.profile.profile}' is queried, it does not send by itself",
        "remove 'expected_within'",
    ),
)


def check_device(
    device: DeviceSettings, profile: Profile, node: Node, assets: Mapping[str, AssetSettings] | None, problems: Problems
) -> None:
    """Check the overrides, channels and assets of a device; `assets` is None if the site file does not list them."""
    known = [*(point.name for point in profile.points), *(derived.name for derived in profile.derived)]
    for name in device.overrides.keys() - set(known):
        problems.add(key_node(node, "overrides", name), f"'{profile.profile}' has no point '{name}'", suggest(name, known))
    check((*_ASSETS, *_LISTENING), _Subject(device, profile, node), node, problems)
    _check_channels(device, profile, node, problems)
    if assets is not None:
        _check_assets(device, node, assets, problems)


def _check_channels(device: DeviceSettings, profile: Profile, node: Node, problems: Problems) -> None:
    for channel in device.mounting.keys() - device.channels.keys():
        at = key_node(node, "mounting", str(channel))
        problems.add(at, f"channel {channel} has a mounting but no asset", "add it under 'channels' too, or remove it")
    for channel in device.channels:
        if not 0 <= channel < (profile.channels or 0):
            at = next(
                (key for key, _ in entry(node, "channels").value if key.value in (str(channel), hex(channel))), entry(node, "channels")
            )
            instead = f"write numbers from 0 to {profile.channels - 1}" if profile.channels else "remove 'channels'"
            problems.add(at, f"'{profile.profile}' has no channel {channel}", instead)
    check_channels(device, profile, node, problems)


def _check_assets(device: DeviceSettings, node: Node, assets: Mapping[str, AssetSettings], problems: Problems) -> None:
    named = [(device.asset, ("asset",)), *((asset, ("channels", str(number))) for number, asset in device.channels.items())]
    for asset, path in named:
        if asset is not None and asset not in assets:
            instead = suggest(asset, assets, otherwise=f"add '{asset}' there, or remove 'assets'")
            problems.add(entry(node, *path), f"asset '{asset}' is not listed under 'assets'", instead)


def check_unit(device: DeviceSettings, profile: Profile, node: Node, units: dict[int, str], problems: Problems) -> None:
    """Check that the unit address of a device is its own; `units` maps those used on the line to devices, and is extended."""
    if profile.modbus is None:
        if device.unit is not None:
            problems.add(key_node(node, "unit"), f"'{profile.profile}' has no unit address", "remove 'unit'")
        return
    unit, at = unit_of(device, profile), entry(node, "unit")
    if device.unit is None and at is not node:
        return  # the value is not a unit address, which has been reported
    if unit is None:
        problems.add(node, f"device '{device.id}' has no unit address", "add 'unit: …', the address set on the device")
    elif unit in units:
        problems.add(at, f"device '{units[unit]}' on this line already has unit {unit}", "set another address on one of the two devices")
    else:
        units[unit] = device.id


def unit_of(device: DeviceSettings, profile: Profile) -> int | None:
    """Return the unit address of a device: that in the site file, else the factory setting."""
    return device.unit if device.unit is not None else profile.modbus.unit if profile.modbus else None
