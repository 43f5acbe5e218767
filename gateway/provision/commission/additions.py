"""Edits of a site file that put a device into service: a new device with its asset, and copies of one. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from gateway.model.profile import Profile
from gateway.model.site.assets import AssetSettings
from gateway.model.site.file import Site
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.commission.naming import counted_up
from gateway.staging.yaml_edit import add_device, add_line, set_asset

MOST_COPIES = 246
"""As many as a line has further addresses."""

_LAST_UNIT = 247


class CopyError(ValueError):
    """A device that can't be copied so; the message says why, and what to do."""


class Addition(NamedTuple):
    """A device to add to a line, and what is known about its asset. The line is added too if the site has none of this name."""

    line: LineSettings
    device: DeviceSettings
    asset: AssetSettings | None = None


def added(text: str, site: Site, addition: Addition) -> str:
    """Return the text of a site file with a further device, and its asset if there is something to say about it.

    Raises:
        ConfigError: the text is not YAML.
        EditError: there is a device of this name already, or the text can't be edited so.
    """
    line, device, asset = addition
    if any(one.id == line.id for one in site.lines):
        text = add_device(text, line.id, device)
    else:
        text = add_line(text, msgspec.structs.replace(line, devices=[device]))
    if asset is None and not site.assets:
        return text
    named = dict.fromkeys([*([device.asset] if device.asset is not None else []), *device.channels.values()])
    for name in named:
        # The name is that of the device's own asset; its channels are at the same place, as far as is known.
        new = asset if asset is None or name == device.asset else msgspec.structs.replace(asset, name=None)
        known = site.assets.get(name)
        wanted = _joined(known, new)
        if known is None or wanted != known:
            text = set_asset(text, name, wanted)
    return text


def channel_assets(profile: Profile, asset: str, given: Mapping[int, str]) -> dict[int, str]:
    """Return the asset of each channel of a product: those that are given alone, else the device's, numbered from 1."""
    return dict(given) or {channel: f"{asset[:58]}-{channel + 1}" for channel in range(profile.channels or 0)}


def copies(site: Site, device_id: str, times: int, *, unit: int | None = None, assets: Sequence[str] = ()) -> list[Addition]:
    """Return copies of a device on its line: unit addresses and names are counted up, those that are taken are left out.

    Args:
        site: the site.
        device_id: the device.
        times: how many copies.
        unit: the first address; by default, the one after the device's.
        assets: the assets of the copies; by default, the names are counted up, too.

    Raises:
        CopyError: there is no such device, or not enough addresses, or another number of assets.
    """
    line, device = _found(site, device_id)
    if not 1 <= times <= MOST_COPIES:
        raise CopyError(f"{times} copies are not possible: 1 to {MOST_COPIES}")
    if assets and len(assets) != times:
        raise CopyError(f"{times} copies need {times} assets, not {len(assets)}")
    if device.channels:
        raise CopyError(f"'{device_id}' has channels with assets of their own: add each such device by itself")
    units = _free_units(line, device, unit, times)
    ids = _free_names(device.id, {one.id for each in site.lines for one in each.devices}, times)
    named: Sequence[str | None] = assets or (
        [None] * times if device.asset is None else _free_names(device.asset, set(_assets(site)), times)
    )
    return [
        Addition(line, msgspec.structs.replace(device, id=name, unit=at, asset=asset, meter=None))
        for name, at, asset in zip(ids, units, named, strict=True)
    ]


def all_added(text: str, site: Site, additions: Sequence[Addition]) -> str:
    """Return the text with several devices.

    Raises:
        ConfigError: the text is not YAML.
        EditError: one of them can't be added.
    """
    for one in additions:
        text = added(text, site, one if not site.assets else one._replace(asset=one.asset or AssetSettings()))
    return text


def _joined(known: AssetSettings | None, asset: AssetSettings | None) -> AssetSettings:
    """Return what is known about an asset, with what is new."""
    if known is None or asset is None:
        return asset or known or AssetSettings()
    return AssetSettings(
        name=asset.name or known.name,
        lat=known.lat if asset.lat is None else asset.lat,
        lon=known.lon if asset.lon is None else asset.lon,
        lighting=asset.lighting or known.lighting,
    )


def _found(site: Site, device_id: str) -> tuple[LineSettings, DeviceSettings]:
    for line in site.lines:
        for device in line.devices:
            if device.id == device_id:
                return line, device
    raise CopyError(f"there is no device '{device_id}'")


def _free_units(line: LineSettings, device: DeviceSettings, first: int | None, times: int) -> list[int]:
    if device.unit is None and first is None:
        raise CopyError(f"'{device.id}' has no 'unit' in the site file to count up: write it there, or give the first address")
    taken = {one.unit for one in line.devices}
    start = first if first is not None else (device.unit or 0) + 1
    free = [one for one in range(start, _LAST_UNIT + 1) if one not in taken][:times]
    if len(free) < times:
        raise CopyError(f"line '{line.id}' has only {len(free)} free addresses from {start} on; {times} are needed")
    return free


def _free_names(name: str, taken: Collection[str], times: int) -> list[str]:
    free: list[str] = []
    by = 1
    while len(free) < times:
        candidate = counted_up(name, by)
        if candidate not in taken:
            free.append(candidate)
        by += 1
    return free


def _assets(site: Site) -> Iterator[str]:
    yield from site.assets
    for line in site.lines:
        for device in line.devices:
            yield from (one for one in (device.asset, *device.channels.values()) if one is not None)
