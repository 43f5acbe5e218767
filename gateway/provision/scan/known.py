"""How what was found relates to the site file and to the last scan: known, moved, replaced, missing. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.model.profile import Profile
from gateway.model.site import LineSettings
from gateway.provision.findings import Found, Sentence


class SiteDevice(NamedTuple):
    """A device of the site file on the line that is scanned; no `unit` if it does not speak Modbus."""

    id: str
    unit: int | None
    profile: str


def site_devices(line: LineSettings, profiles: dict[str, Profile]) -> list[SiteDevice]:
    """Return the devices of a line of the site file."""
    found = []
    for device in line.devices:
        modbus = profiles[device.profile].modbus
        unit = None if modbus is None else device.unit if device.unit is not None else modbus.unit
        found.append(SiteDevice(device.id, unit, device.profile))
    return found


def notes(found: Found, site: Iterable[SiteDevice], earlier: Sequence[Found]) -> list[Sentence]:
    """Return what the site file and the last scan say about a device."""
    listed = next((_listed(found, one) for one in site if one.unit == found.unit), None)
    return [note for note in (listed, _since(found, earlier)) if note is not None]


def missing(found: Sequence[Found], site: Iterable[SiteDevice]) -> list[Sentence]:
    """Return the devices of the site file that did not respond, each with devices of its kind at addresses that the site file lacks."""
    devices = list(site)
    known, seen = {one.unit for one in devices}, {one.unit for one in found}
    notes_ = []
    for device in devices:
        if device.unit in seen:
            continue
        alike = [str(one.unit) for one in found if one.unit not in known and device.profile in profiles_of(one)]
        at = "" if device.unit is None else f" ({device.unit})"
        en, it = f"{device.id}{at} did not respond", f"{device.id}{at} non risponde"
        if alike:
            en += f"; it may have moved to unit {' or '.join(alike)}, where the site file has no device"
            it += f"; forse ha cambiato indirizzo: {' o '.join(alike)}, che il file del sito non elenca"
        notes_.append(Sentence(en, it))
    return notes_


def profiles_of(found: Found) -> list[str]:
    """Return the products that a device may be."""
    return [one.profile for one in found.identification.candidates]


def serial_of(found: Found) -> str | None:
    """Return the serial number of a device, as its likeliest product has it."""
    candidates = found.identification.candidates
    return candidates[0].serial_number if candidates else None


def _listed(found: Found, device: SiteDevice) -> Sentence:
    likely = profiles_of(found)
    if not likely or device.profile in likely:
        return Sentence(f"known: {device.id}", f"noto: {device.id}")
    return Sentence(
        f"the site file has {device.id} ({device.profile}) at this address, but this is another product: replaced, or a wrong profile",
        f"il file del sito ha qui {device.id} ({device.profile}), ma questo è un altro prodotto: sostituito, oppure profilo errato",
    )


def _since(found: Found, earlier: Sequence[Found]) -> Sentence | None:
    """Return whether a device has moved here since the last scan, or has replaced another one."""
    number = serial_of(found)
    if number is None or found.unit is None:
        return None
    same = next((one for one in earlier if serial_of(one) == number and set(profiles_of(one)) & set(profiles_of(found))), None)
    if same is not None and same.unit != found.unit:
        return Sentence(
            f"moved: serial number {number} was at unit {same.unit} in the last scan",
            f"spostato: il numero di serie {number} era all'indirizzo {same.unit} nell'ultima scansione",
        )
    before = next((one for one in earlier if one.unit == found.unit and one.settings == found.settings), None)
    was = serial_of(before) if before is not None else None
    if same is None and was is not None:
        return Sentence(
            f"replaced: the serial number was {was} in the last scan, and is {number}",
            f"sostituito: il numero di serie era {was} nell'ultima scansione, ora è {number}",
        )
    return None
