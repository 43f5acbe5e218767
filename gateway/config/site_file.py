"""The site file: read, and held against the rules that a schema can't say."""

from pathlib import Path
from typing import NamedTuple

from gateway.config.problems import ConfigError, Problem, Problems
from gateway.config.profile_library import ProfileLibrary, read_text
from gateway.config.site_rules import SiteRules
from gateway.config.tree_to_struct import convert, readable_part
from gateway.config.yaml_tree import compose
from gateway.model.profile import Profile
from gateway.model.site import Site


class LoadedSite(NamedTuple):
    """A site file that is right, the profiles that it names, and where in the file each of its lines stands."""

    site: Site
    profiles: dict[str, Profile]
    file: str = ""
    places: dict[str, tuple[int, int]] = {}  # noqa: RUF012 — a default that nobody changes

    def problem(self, line: str, what: str, instead: str) -> Problem:
        """Say what is wrong with one of the site's lines, at its place."""
        return Problem(self.file, *self.places.get(line, (1, 1)), what, instead)


def load_site(path: Path, library: ProfileLibrary | None = None) -> LoadedSite:
    """Read a site file.

    Raises:
        ConfigError: something in it, or in a profile that it names, is wrong.
    """
    problems = Problems(str(path))
    root = compose(read_text(path), problems)
    if root is None:
        if not problems.found:
            problems.found.append(Problem(str(path), 1, 1, "the file is empty", "begin with 'site: …'"))
        raise ConfigError(problems.found)
    site = convert(root, Site, problems)
    checker = SiteRules(root, library or ProfileLibrary(), problems)
    part = site if site is not None else readable_part(root, Site, problems)
    if part is not None:
        checker.check(part)
    problems.raise_if_any()
    if site is None:
        raise ConfigError([])
    marks = {line.id: problems.places[id(line)].start_mark for line in site.lines}
    places = {name: (mark.line + 1, mark.column + 1) for name, mark in marks.items()}
    return LoadedSite(site, checker.profiles, str(path), places)
