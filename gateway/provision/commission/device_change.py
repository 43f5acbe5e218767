"""A change of what the site file says about a device: its interval, its meter, its transformers. Pure."""

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from gateway.config.site_file import LoadedSite, site_of_text
from gateway.fieldbus.load_forecast import forecast_loads
from gateway.model.site.lines import DeviceSettings, LineSettings, RatioSettings
from gateway.provision.commission.candidate import LoadOfLine
from gateway.provision.diagnosis.meter_values import METER
from gateway.staging.yaml_edit import change_device

_Ratio = Annotated[float, msgspec.Meta(gt=0, le=100_000)]


class DeviceChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change about a device; what is left out stays.

    Args:
        device: its name.
        every_s: the interval between two readings in seconds; None is the profile's, 0 as often as the line allows.
        meter: the number of the installed meter; None if it has none.
        reversed: its current transformers are mounted the wrong way round.
        current_ratio: the ratio of the current transformers, such as 40 for 200/5 A.
        voltage_ratio: the ratio of the voltage transformers.
    """

    device: Annotated[str, msgspec.Meta(max_length=64)]
    every_s: Annotated[float, msgspec.Meta(ge=0, le=86400)] | UnsetType | None = UNSET
    meter: Annotated[str, msgspec.Meta(max_length=64)] | UnsetType | None = UNSET
    reversed: bool | UnsetType = UNSET
    current_ratio: _Ratio | UnsetType = UNSET
    voltage_ratio: _Ratio | UnsetType = UNSET


class DeviceForm(msgspec.Struct, kw_only=True):
    """What can be changed about a device, as it is now. `usual_s` is the profile's interval; the rest matters only if `is_meter`."""

    device: str
    line: str
    usual_s: float
    is_meter: bool
    every_s: float | None
    meter: str | None
    reversed: bool
    current_ratio: float
    voltage_ratio: float


def form_of(site: LoadedSite, device_id: str) -> DeviceForm:
    """Return what can be changed about a device.

    Raises:
        ValueError: there is no such device.
    """
    line, device = _found(site, device_id)
    profile = site.profiles[device.profile]
    return DeviceForm(
        device=device.id, line=line.id, usual_s=profile.every, is_meter=any(one.measurement == METER for one in profile.measurements),
        every_s=device.every, meter=device.meter, reversed=device.reversed,
        current_ratio=float(device.ratio.current), voltage_ratio=float(device.ratio.voltage),
    )  # fmt: skip


def changed_device(text: str, site: LoadedSite, change: DeviceChange) -> str:
    """Return the text of a site file with a changed device.

    Raises:
        ValueError: there is no such device.
        ConfigError: the text is not YAML.
        EditError: the text can't be edited so.
    """
    _, device = _found(site, change.device)
    wanted = {"every": change.every_s, "meter": change.meter, "reversed": change.reversed, "ratio": _ratio(device.ratio, change)}
    differing = {key: value for key, value in wanted.items() if value is not UNSET and value != getattr(device, key)}
    return change_device(text, device.id, differing)


def load_of_change(text: str, site: LoadedSite, change: DeviceChange) -> LoadOfLine:
    """Return the predicted load of the device's line before and after a change.

    Raises:
        ValueError: there is no such device.
        ConfigError: the result would not be valid.
        EditError: the text can't be edited so.
    """
    line, _ = _found(site, change.device)
    after = site_of_text(changed_device(text, site, change), site.file)
    return LoadOfLine(_percent(site, line.id), _percent(after, line.id))


def _ratio(present: RatioSettings, change: DeviceChange) -> RatioSettings:
    return RatioSettings(
        current=present.current if change.current_ratio is UNSET else Decimal(f"{change.current_ratio:g}"),
        voltage=present.voltage if change.voltage_ratio is UNSET else Decimal(f"{change.voltage_ratio:g}"),
    )


def _percent(site: LoadedSite, line: str) -> float:
    """Return the load of a line; 0 where there is nothing to predict."""
    return next((100 * (one.share or 0.0) for one in forecast_loads(site.site, site.profiles) if one.line == line), 0.0)


def _found(site: LoadedSite, device_id: str) -> tuple[LineSettings, DeviceSettings]:
    for line in site.site.lines:
        for device in line.devices:
            if device.id == device_id:
                return line, device
    raise ValueError(f"there is no device '{device_id:.64}'")
