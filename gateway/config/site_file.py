"""Load a site file: YAML to structs, checked against the rules that a schema can't express."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from yaml import MappingNode, Mark, Node

from gateway.config.problems import ConfigError, Problem, Problems
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_rules import SiteRules
from gateway.config.text_file import read_text
from gateway.config.tree_to_struct import convert, readable_part
from gateway.config.yaml_tree import compose
from gateway.model.profile import Profile
from gateway.model.site.assets import AssetSettings
from gateway.model.site.centre import CentreSettings
from gateway.model.site.file import Site
from gateway.model.site.firmware import FirmwareSettings
from gateway.model.site.lines import LineSettings
from gateway.model.site.pages import ConsoleSettings, PageSettings
from gateway.model.site.uplink import JournalSettings, UplinkSettings
from gateway.model.topics import GatewayId


class EdgeSite(NamedTuple):
    """The edge gateway that a site file describes; `state` is the folder for what the gateway learns, `file` the site file."""

    id: GatewayId
    uplink: UplinkSettings
    journal: JournalSettings
    state: Path
    listen: str
    lines: list[LineSettings]
    assets: dict[str, AssetSettings]
    profiles: dict[str, Profile]
    page: PageSettings | None = None
    file: Path = Path()
    firmware: FirmwareSettings = FirmwareSettings()


class CentreSite(NamedTuple):
    """The centre that a site file describes, the web page that shows it, and the assets that it knows."""

    site: str
    settings: CentreSettings
    console: ConsoleSettings
    time_zone: str
    assets: Mapping[str, AssetSettings] = MappingProxyType({})


class LoadedSite(NamedTuple):
    """A valid site file with the profiles that it names.

    `places` maps keys (`uplink.tls.ca`) and lines (`line panel`) to their positions in the file.
    """

    site: Site
    profiles: dict[str, Profile]
    file: str = ""
    places: dict[str, tuple[int, int]] = {}  # noqa: RUF012 — a default that nobody changes

    @property
    def edge(self) -> EdgeSite | None:
        """The edge gateway that the file describes, or None. One without lines waits for a technician to fill it."""
        site = self.site
        if site.operator is None or site.gateway is None or site.uplink is None:
            return None
        return EdgeSite(
            GatewayId(site.site, site.operator, site.gateway),
            site.uplink,
            site.journal,
            Path(site.state) if site.state else Path(site.journal.path).parent,
            site.listen,
            site.lines,
            site.assets,
            self.profiles,
            site.page,
            Path(self.file),
            site.firmware,
        )

    @property
    def centre(self) -> CentreSite | None:
        """The centre that the file describes, or None."""
        site = self.site
        if site.centre is None:
            return None
        return CentreSite(site.site, _with_all_works(site.centre), site.console, site.time_zone, site.assets)

    def problem(self, key: str, what: str, instead: str) -> Problem:
        """Return a problem with a key or line, at its place in the file, or at that of the nearest key above it."""
        while key and key not in self.places:
            key = key.rpartition(".")[0]
        return Problem(self.file, *self.places.get(key, (1, 1)), what, instead)


def _with_all_works(centre: CentreSettings) -> CentreSettings:
    """Return the settings of a centre with all announced works in one place; before, they were those of Grafana."""
    if centre.grafana is None or not centre.grafana.works:
        return centre
    grafana = msgspec.structs.replace(centre.grafana, works=[])
    return msgspec.structs.replace(centre, works=[*centre.works, *centre.grafana.works], grafana=grafana)


def load_site(path: Path, library: ProfileLibrary | None = None) -> LoadedSite:
    """Load a site file.

    Raises:
        ConfigError: The file, or a profile that it names, is invalid.
    """
    return site_of_text(read_text(path), str(path), library)


def site_of_text(text: str, name: str, library: ProfileLibrary | None = None) -> LoadedSite:
    """Return the site that a text describes; problems name it as a file.

    Raises:
        ConfigError: It, or a profile that it names, is invalid.
    """
    problems = Problems(name)
    root = compose(text, problems)
    if root is None:
        if not problems.found:
            problems.found.append(Problem(name, 1, 1, "the file is empty", "begin with 'site: …'"))
        raise ConfigError(problems.found)
    site = convert(root, Site, problems)
    checker = SiteRules(root, library or ProfileLibrary(), problems)
    part = site if site is not None else readable_part(root, Site, problems)
    if part is not None:
        checker.check(part)
    problems.raise_if_any()
    if site is None:
        raise ConfigError([])
    marks = dict(_key_marks(root)) | {f"line {line.id}": problems.places[id(line)].start_mark for line in site.lines}
    places = {name: (mark.line + 1, mark.column + 1) for name, mark in marks.items()}
    return LoadedSite(site, checker.profiles, name, places)


def _key_marks(node: Node, above: str = "") -> Iterator[tuple[str, Mark]]:
    """Yield the places of the keys of a valid site file, except those of its lines and assets."""
    if not isinstance(node, MappingNode):
        return
    for key, value in node.value:
        path = f"{above}.{key.value}" if above else key.value
        yield path, key.start_mark
        if path not in ("lines", "assets"):
            yield from _key_marks(value, path)
