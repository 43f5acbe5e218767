"""Whether an update may begin on a device of the right model: its hardware and version, its power, and how well it answers. Pure."""

from typing import NamedTuple

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.record import Reason, UpdateRecord
from firmware_tools.image.release import version_order

ERRORS_MOST = 0.1
"""A line on which more than this share of a device's requests fails is repaired first: a transfer would take long, and may never end."""

_REQUESTS_LEAST = 10
"""Fewer requests say nothing about a line."""


class Circumstances(NamedTuple):
    """What is known of a device and its line besides what it says; None is unknown.

    Args:
        powered: Whether the supply that the site file names (`powered_by`) is on.
        on_battery: Whether the gateway itself runs on a battery.
        requests, errors: Requests to the device in the last minutes, and those that were not answered or damaged.
    """

    powered: bool | None = None
    on_battery: bool | None = None
    requests: int = 0
    errors: int = 0


class Demands(NamedTuple):
    """What the release demands, and what the person who asks for the update allows.

    Args:
        least_version: The oldest version from which the update is possible.
        older: Whether the image may be older than what the device has.
    """

    least_version: str | None = None
    older: bool = False


def refusal(record: UpdateRecord, demands: Demands, around: Circumstances, identity: FirmwareIdentity) -> Reason | None:
    """Return why an update may not begin; None if it may. A device in its bootloader is rescued whatever version it had."""
    reason = _power(around)
    if reason is None and not identity.in_bootloader:
        reason = _unknown_hardware(record, identity) or _version(record, demands, identity.version) or _line(around)
    return reason


def _unknown_hardware(record: UpdateRecord, identity: FirmwareIdentity) -> Reason | None:
    if not record.hardware or identity.hardware is not None:
        return None
    wanted = ", ".join(record.hardware)
    return Reason(
        "unknown_hardware",
        f"the image is for hardware {wanted} alone, and the device does not say which it has",
        f"l'immagine è solo per l'hardware {wanted}, e il dispositivo non dice quale ha",
    )


def _version(record: UpdateRecord, demands: Demands, version: str | None) -> Reason | None:
    if version is None:
        return None
    if demands.least_version is not None and version_order(version) < version_order(demands.least_version):
        return Reason(
            "too_old",
            f"the device has version {version}, and this update needs {demands.least_version} at least: update it to that one first",
            f"il dispositivo ha la versione {version}, e qui serve almeno la {demands.least_version}: prima aggiornalo a quella",
        )
    if record.to_version is not None and not demands.older and version_order(record.to_version) < version_order(version):
        return Reason(
            "older",
            f"the device has version {version}, which is newer than {record.to_version}; --older installs it all the same",
            f"il dispositivo ha la versione {version}, più recente della {record.to_version}; con --older la installa comunque",
        )
    return None


def _power(around: Circumstances) -> Reason | None:
    if around.powered is False:
        return Reason(
            "no_power",
            "the device has no power now (its supply is off); update it when it has",
            "il dispositivo ora non è alimentato (la sua alimentazione è spenta); aggiornalo quando lo è",
        )
    if around.on_battery:
        return Reason(
            "on_battery",
            "the cabinet runs on its battery; update the device when the mains are back",
            "il quadro funziona a batteria; aggiorna il dispositivo quando torna la rete",
        )
    return None


def _line(around: Circumstances) -> Reason | None:
    if around.requests < _REQUESTS_LEAST or around.errors <= ERRORS_MOST * around.requests:
        return None
    share = round(100 * around.errors / around.requests)
    return Reason(
        "bad_line",
        f"{share} % of the last requests to the device failed; find out why first ('gateway provision diagnose')",
        f"il {share} % delle ultime richieste al dispositivo è fallito; prima trova la causa ('gateway provision diagnose')",
    )
