"""What to check on the devices of a site: facts of their profiles that no source confirms, and required settings. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.model.profile import Profile, Setting, sources_of
from gateway.model.site.file import Site


class ProductNotes(NamedTuple):
    """The notes on one product, with the first device of the site that is one."""

    device: str
    profile: str
    uncertain: list[str]
    settings: list[Setting]


def product_notes(site: Site, profiles: Mapping[str, Profile]) -> list[ProductNotes]:
    """Return the notes on the products of a site, once for each product that has any."""
    found: dict[str, ProductNotes] = {}
    for device in (device for line in site.lines for device in line.devices):
        profile = profiles[device.profile]
        uncertain = _uncertain(profile)
        if uncertain or profile.settings:
            found.setdefault(profile.profile, ProductNotes(device.id, profile.profile, uncertain, profile.settings))
    return list(found.values())


def _uncertain(profile: Profile) -> list[str]:
    """Return the unconfirmed facts of a profile, leaving out points that no measurement uses."""
    used = {name for measurement in profile.measurements for name in (*sources_of(profile, measurement), *measurement.when)}
    return [*profile.uncertain, *(f"{point.name}: {point.uncertain}" for point in profile.points if point.uncertain and point.name in used)]
