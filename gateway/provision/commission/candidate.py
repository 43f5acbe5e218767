"""A device that a scan has found, or that a person describes, on its way into the site file: its line, its copies, its load. Pure."""

import re
from typing import Annotated, Any

import msgspec

from gateway.config.site_file import LoadedSite, site_of_text
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile
from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.commission.additions import Addition, added, all_added, channel_assets, copies
from gateway.provision.commission.load_change import load_changes
from gateway.provision.commission.naming import as_name, asset_of, counted_up, device_name
from gateway.provision.scan.plan import settings_of
from gateway.provision.scan.target import line_of, target_of

_SETTINGS = re.compile(r"([0-9]{3,7}) ([78])([NEO])([12])")
_Text = Annotated[str, msgspec.Meta(max_length=256)]
_LONGEST_LINE_NAME = 40


class CandidateDevice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A device to put into service.

    Args:
        target: the serial port, or HOST[:PORT], where it is.
        rtu_over_tcp: the target is a serial device server that passes Modbus RTU.
        unit: its Modbus address; None for an instrument that does not speak Modbus.
        settings: the serial settings at which it was found, such as `9600 8N1`; None on TCP.
        asset: what the city calls it, as typed or scanned.
        every_s: the interval between two readings; by default, the product's.
        copies: how many more of the same are added, with addresses and names counted up.
    """

    target: _Text
    rtu_over_tcp: bool = False
    profile: _Text
    unit: Annotated[int, msgspec.Meta(ge=1, le=247)] | None = None
    settings: _Text | None = None
    asset: Annotated[str, msgspec.Meta(max_length=2048)] = ""
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    every_s: Annotated[float, msgspec.Meta(ge=0, le=86400)] | None = None
    copies: Annotated[int, msgspec.Meta(ge=0, le=246)] = 0


class LoadOfLine(msgspec.Struct, frozen=True):
    """The predicted load of a line in percent, before and after a change."""

    before: float
    after: float


def line_for(wish: CandidateDevice, site: LoadedSite, profile: Profile) -> LineSettings:
    """Return the line of the site at which a device is, or a new one for its port, without devices.

    Raises:
        ValueError: the target or the settings are none, or the site's line has other settings.
    """
    target = target_of(wish.target, rtu=wish.rtu_over_tcp)
    factory = settings_of(profile.serial)
    found_at = parsed_settings(wish.settings) if wish.settings is not None else factory
    line = line_of(target, site.site.lines) or line_of(target._replace(rtu=True), site.site.lines)
    if line is not None:
        return line
    taken = {one.id for one in site.site.lines}
    name = _line_name(target.serial or f"tcp {target.host}")
    while name in taken:
        name = counted_up(name)
    if target.serial is None:
        if target.rtu:
            return LineSettings(id=name, rtu_over_tcp=target.text, devices=[])
        return LineSettings(id=name, tcp=target.text, devices=[])
    differing: dict[str, Any] = {
        key: getattr(found_at, key)
        for key in ("baud", "data_bits", "parity", "stop_bits")
        if getattr(found_at, key) != getattr(factory, key)
    }
    return LineSettings(id=name, serial=target.serial, devices=[], **differing)


def parsed_settings(text: str) -> SerialSettings:
    """Return serial settings from a text such as `9600 8N1`.

    Raises:
        ValueError: it is none.
    """
    found = _SETTINGS.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' are no serial settings; write for example 9600 8N1")
    return SerialSettings(int(found[1]), int(found[2]), found[3], int(found[4]))


def device_for(wish: CandidateDevice, site: LoadedSite, profile: Profile) -> DeviceSettings:
    """Return the device as it would be in the site file; without an asset, under a name of its own.

    Raises:
        ValueError: its asset has no usable name.
    """
    taken = {device.id for line in site.site.lines for device in line.devices}
    asset = asset_of(wish.asset) if wish.asset else None
    name = device_name(asset or "new", profile.kind, taken)
    channels = channel_assets(profile, asset, {}) if asset is not None else {}
    return DeviceSettings(id=name, profile=profile.profile, unit=wish.unit, asset=asset, channels=channels, every=wish.every_s)


def commissioned(text: str, site: LoadedSite, wish: CandidateDevice, profile: Profile) -> str:
    """Return the text of the site file with a device and its copies.

    Raises:
        ValueError: the wish can't be met; the message says why.
        ConfigError: the result would not be valid.
        EditError: the text can't be edited so.
    """
    if not wish.asset:
        raise ValueError("the asset is missing: type what the city calls it, or scan its label")
    device = device_for(wish, site, profile)
    place = None if wish.lat is None else AssetSettings(lat=wish.lat, lon=wish.lon)
    text = added(text, site.site, Addition(line_for(wish, site, profile), device, place))
    after = site_of_text(text, site.file)
    return all_added(text, after.site, copies(after.site, device.id, wish.copies)) if wish.copies else text


def load_with(site: LoadedSite, wish: CandidateDevice, profile: Profile) -> LoadOfLine:
    """Return the load of the line before and after a device and its copies are added.

    Raises:
        ValueError: the wish can't be met; the message says why.
    """
    line = line_for(wish, site, profile)
    device = device_for(wish, site, profile)
    first = device.unit or 1
    more = [
        msgspec.structs.replace(device, id=f"{device.id}-{number}", unit=(first + number) % 248 or 1) for number in range(wish.copies + 1)
    ]
    wider = msgspec.structs.replace(line, devices=[*line.devices, *more])
    others = [one for one in site.site.lines if one.id != line.id]
    after = msgspec.structs.replace(site.site, lines=[*others, wider])
    changes = load_changes(site.site, after, site.profiles | {profile.profile: profile})
    change = next((one for one in changes if one.line == line.id), None)
    return LoadOfLine(100 * ((change.before if change else None) or 0.0), 100 * ((change.after if change else None) or 0.0))


def _line_name(text: str) -> str:
    """Return a name for a line from its port or its host."""
    return as_name(text.rpartition("/")[2].removeprefix("usb:"))[:_LONGEST_LINE_NAME].strip("-")
