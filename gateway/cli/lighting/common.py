"""What the commands of lighting share."""

from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.cli.common import fail, in_language, read_site
from gateway.control.settings import rules_of
from gateway.control.timetable import Rules
from gateway.model.site.file import Site
from gateway.model.site.lighting import LightingControlSettings


def read_lighting(path: Path) -> tuple[Site, LightingControlSettings]:
    """Return a site and its part `lighting`, or end with exit code 1."""
    site = read_site(path).site
    if site.lighting is None:
        fail(in_language(f"{path} has no lighting: add 'lighting:'", f"{path} non ha illuminazione: aggiungi 'lighting:'"))
    return site, site.lighting


def rules_in(site: Site, lighting: LightingControlSettings) -> Rules:
    """Return the programs and calendars of a site. Whom they belong to is the operator, or the site."""
    return rules_of(lighting, ZoneInfo(site.time_zone), site.operator or site.site)
