"""Which firmware of a repository is for a device. Pure."""

from collections.abc import Iterable

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.image.release import FirmwareTarget, newest
from gateway.model.profile import Profile


def choose(targets: Iterable[FirmwareTarget], profile: Profile, identity: FirmwareIdentity, version: str | None = None) -> FirmwareTarget:
    """Return the newest firmware for a device, or that of a version.

    Raises:
        FlashRefused: there is none, or the device does not say its model and several come into question.
    """
    driver = profile.firmware.driver if profile.firmware is not None else None
    own = [one for one in targets if one.release.vendor == profile.vendor and one.release.driver == driver]
    model = identity.model or _only_model(own, profile)
    fitting = [one for one in own if one.release.model == model and _fits(one, identity)]
    if not fitting:
        what = " ".join(word for word in (model, identity.hardware) if word)
        raise FlashRefused(
            "no_firmware",
            f"the repository has no firmware for {profile.vendor} {what}; add one with 'firmware repo add'",
            f"il repository non ha un firmware per {profile.vendor} {what}; aggiungilo con 'firmware repo add'",
        )
    wanted = [one for one in fitting if version is None or one.release.version == version]
    found = newest(wanted)
    if found is None:
        versions = ", ".join(sorted({one.release.version for one in fitting}))
        raise FlashRefused(
            "no_version",
            f"the repository has no version {version} for {model}; it has {versions}",
            f"il repository non ha la versione {version} per {model}; ha {versions}",
        )
    return found


def _fits(target: FirmwareTarget, identity: FirmwareIdentity) -> bool:
    return not target.release.hardware or identity.hardware is None or identity.hardware in target.release.hardware


def _only_model(own: list[FirmwareTarget], profile: Profile) -> str:
    """Return the model of a device that does not say it: that of the profile, or the only one that the repository has."""
    models = {one.release.model for one in own}
    if profile.model in models or not models:
        return profile.model
    if len(models) > 1:
        names = ", ".join(sorted(models))
        raise FlashRefused(
            "unknown_model",
            f"the device does not say its model, and the repository has firmware for {names}",
            f"il dispositivo non dice il suo modello, e il repository ha firmware per {names}",
        )
    return models.pop()
