"""Devices that a scan finds in their bootloaders: an update was broken off, and only another one starts them again. Only reads are sent."""

import re
from collections.abc import Sequence

from firmware_tools.drivers.port import FirmwareIdentity, NoFirmwareAnswer
from firmware_tools.drivers.wirenboard import identity_of
from gateway.model.profile import Profile
from gateway.provision.findings import Sentence
from gateway.provision.identify import Asking

_SIGNATURE, _VERSION = re.compile(r"[A-Za-z0-9_-]{3,12}\Z"), re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){1,3}\Z")
"""What Wiren Board's bootloaders have in the registers of both; other devices have anything there."""


async def bootloader_note(client: Asking, unit: int, profiles: Sequence[Profile]) -> Sentence | None:
    """Return what to do with a device that is in its bootloader; None for any other device.

    Raises:
        WireError: the line failed.
    """
    try:
        identity = await identity_of(client, unit)
    except NoFirmwareAnswer:
        return None
    is_one = identity.in_bootloader and _SIGNATURE.match(identity.model or "") and _VERSION.match(identity.bootloader_version or "")
    return _note(identity, profiles) if is_one else None


def _note(identity: FirmwareIdentity, profiles: Sequence[Profile]) -> Sentence:
    names = [profile.profile for profile in profiles if _has_signature(profile, identity.model)]
    named = f" ({', '.join(names)})" if names else ""
    version = f", bootloader {identity.bootloader_version}"
    return Sentence(
        f"it is in its bootloader, without working firmware: Wiren Board {identity.model}{named}{version}; "
        "add it to the site file with that profile, and write its firmware with: firmware flash SITE DEVICE",
        f"è nel bootloader, senza un firmware funzionante: Wiren Board {identity.model}{named}{version}; "
        "aggiungilo al file del sito con quel profilo, e scrivi il firmware con: firmware flash SITO DISPOSITIVO",
    )


def _has_signature(profile: Profile, signature: str | None) -> bool:
    update = profile.firmware
    return update is not None and update.driver == "wirenboard" and any(signature in one.one_of for one in profile.identify)
