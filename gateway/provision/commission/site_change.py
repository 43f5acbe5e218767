"""A change of a site file before it is made: its text, what differs, and how the load of the lines changes. Pure."""

import difflib

import msgspec

from gateway.config.site_file import LoadedSite, site_of_text
from gateway.provision.commission.load_change import LoadChange, load_changes


class SiteChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change that is possible.

    Args:
        text: the new text of the site file.
        difference: what differs, as a unified difference.
        loads: the lines whose predicted load changes.
    """

    text: str
    difference: str
    loads: list[LoadChange]


def site_change(before: LoadedSite, old: str, new: str) -> SiteChange:
    """Return the change from one text of a site file to another.

    Raises:
        ConfigError: the new text is not valid.
    """
    after = site_of_text(new, before.file)
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), before.file, before.file)
    loads = load_changes(before.site, after.site, before.profiles | after.profiles)
    return SiteChange(text=new, difference="".join(lines), loads=loads)
