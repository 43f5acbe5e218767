"""How what was found relates to the site file and to the last scan: new, known, moved, replaced, missing. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.line_factory import serial_settings
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile
from gateway.model.site.lines import LineSettings
from gateway.provision.findings import Badge, Found, Missing, Sentence
from gateway.provision.scan.plan import settings_text


class SiteDevice(NamedTuple):
    """A device of the site file on the line that is scanned; no `unit` if it does not speak Modbus."""

    id: str
    unit: int | None
    profile: str


class SiteLine(NamedTuple):
    """What the site file says about the port that is scanned: its devices, and its settings (None on TCP, or if no line uses it)."""

    devices: tuple[SiteDevice, ...] = ()
    settings: SerialSettings | None = None


class Remark(NamedTuple):
    """How a device relates to the site file or to the last scan, as a badge and as a sentence."""

    badge: Badge
    sentence: Sentence


def site_line(line: LineSettings | None, profiles: dict[str, Profile]) -> SiteLine:
    """Return what a site file says about the line that is scanned; nothing without a line."""
    if line is None:
        return SiteLine()
    settings = serial_settings(line, profiles[line.devices[0].profile]) if line.serial is not None else None
    return SiteLine(tuple(_site_device(device.id, device.unit, profiles[device.profile]) for device in line.devices), settings)


def remarks(found: Found, site: SiteLine | None, before: Sequence[Found], earlier: Sequence[Found]) -> list[Remark]:
    """Return what is to be said about a device.

    Args:
        found: the device.
        site: the line in the site file; None if there is no site file to compare with.
        before: what was found before in this scan.
        earlier: what the last scan found.
    """
    same = next((one for one in before if one.unit == found.unit and not _alike(one.settings, found.settings)), None)
    said = [*([] if site is None else _in_site(found, site, same)), *_since(found, earlier)]
    if found.garbled:
        said.append(Remark("duplicate", _TWO_RESPOND))
    elif found.unit is not None and same is not None:
        said.append(Remark("duplicate", _same_address(same.settings)))
    return said


def missing(found: Sequence[Found], devices: Sequence[SiteDevice]) -> list[Missing]:
    """Return the devices of the site file that did not respond, each with devices of its kind at addresses that the site file lacks."""
    known, seen = {one.unit for one in devices}, {one.unit for one in found}
    absent = []
    for device in devices:
        if device.unit in seen:
            continue
        alike = [one.unit for one in found if one.unit is not None and one.unit not in known and device.profile in profiles_of(one)]
        at = "" if device.unit is None else f" ({device.unit})"
        en, it = f"{device.id}{at} did not respond", f"{device.id}{at} non risponde"
        if alike:
            addresses = [str(unit) for unit in alike]
            en += f"; it may have moved to unit {' or '.join(addresses)}, where the site file has no device"
            it += f"; forse ha cambiato indirizzo: {' o '.join(addresses)}, che il file del sito non elenca"
        absent.append(Missing(device=device.id, unit=device.unit, sentence=Sentence(en, it), moved_to=alike))
    return absent


def profiles_of(found: Found) -> list[str]:
    """Return the products that a device may be."""
    return [one.profile for one in found.identification.candidates]


def serial_of(found: Found) -> str | None:
    """Return the serial number of a device, as its likeliest product has it."""
    candidates = found.identification.candidates
    return candidates[0].serial_number if candidates else None


_NEW = Sentence("new: the site file has no such device", "nuovo: il file del sito non lo elenca")

_TWO_RESPOND = Sentence(
    "probably two devices have this address: disconnect one, give the other another address, and scan again",
    "probabilmente due dispositivi hanno questo indirizzo: scollegane uno, cambia l'indirizzo all'altro e ripeti la scansione",
)


def _site_device(name: str, unit: int | None, profile: Profile) -> SiteDevice:
    modbus = profile.modbus
    return SiteDevice(name, None if modbus is None else unit if unit is not None else modbus.unit, profile.profile)


def _in_site(found: Found, site: SiteLine, same: Found | None) -> list[Remark]:
    """Return what the site file says about a device; `same` has its address at other settings."""
    device = next((one for one in site.devices if one.unit == found.unit), None)
    at = settings_text(site.settings)
    apart = at is not None and found.settings is not None and not _alike(found.settings, at)
    likely = profiles_of(found)
    expected = device is not None and (not likely or device.profile in likely)
    if device is None or (apart and (same is not None or not expected)):
        said = [Remark("new", _NEW)]
    elif not expected:
        said = [Remark("replaced", _another_product(device))]
    elif apart:
        said = []
    else:
        said = [Remark("known", Sentence(f"known: {device.id}", f"noto: {device.id}"))]
    if apart:
        name = f"{device.id} " if device is not None and not said else ""
        said.append(Remark("wrong_setting", _apart(name, found.settings, at)))
    return said


def _same_address(at: str | None) -> Sentence:
    return Sentence(
        f"another device has this address at {at}: change one of the two before both get the same settings",
        f"un altro dispositivo ha questo indirizzo a {at}: cambia uno dei due prima di unificare le impostazioni",
    )


def _apart(name: str, at: str | None, line_at: str | None) -> Sentence:
    return Sentence(
        f"{name}responds at {at}, but the site file's line has {line_at}: change the settings of the device, or of the line",
        f"{name}risponde a {at}, ma la linea nel file del sito ha {line_at}: cambia le impostazioni del dispositivo o della linea",
    )


def _another_product(device: SiteDevice) -> Sentence:
    return Sentence(
        f"the site file has {device.id} ({device.profile}) at this address, but this is another product: replaced, or a wrong profile",
        f"il file del sito ha qui {device.id} ({device.profile}), ma questo è un altro prodotto: sostituito, oppure profilo errato",
    )


def _since(found: Found, earlier: Sequence[Found]) -> list[Remark]:
    """Return whether a device has moved here since the last scan, or has replaced another one."""
    number = serial_of(found)
    if number is None or found.unit is None:
        return []
    same = next((one for one in earlier if serial_of(one) == number and set(profiles_of(one)) & set(profiles_of(found))), None)
    if same is not None and same.unit != found.unit:
        return [
            Remark(
                "moved",
                Sentence(
                    f"moved: serial number {number} was at unit {same.unit} in the last scan",
                    f"spostato: il numero di serie {number} era all'indirizzo {same.unit} nell'ultima scansione",
                ),
            )
        ]
    before = next((one for one in earlier if one.unit == found.unit and one.settings == found.settings), None)
    was = serial_of(before) if before is not None else None
    if same is None and was is not None:
        return [
            Remark(
                "replaced",
                Sentence(
                    f"replaced: the serial number was {was} in the last scan, and is {number}",
                    f"sostituito: il numero di serie era {was} nell'ultima scansione, ora è {number}",
                ),
            )
        ]
    return []


def _alike(one: str | None, other: str | None) -> bool:
    """Return whether settings are the same, or differ in stop bits alone: receivers ignore those."""
    return one == other or (one is not None and other is not None and one[:-1] == other[:-1])
