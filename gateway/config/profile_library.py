"""Loads profiles: YAML to structs, checked against the rules that a schema can't express."""

from pathlib import Path

from yaml import Node

import device_profiles
from gateway.config.problems import ConfigError, Problem, Problems, suggest
from gateway.config.profile_inheritance import extend
from gateway.config.rules.profile_rules import check_profile
from gateway.config.text_file import read_text
from gateway.config.tree_to_struct import convert, entry, has_key
from gateway.config.yaml_tree import compose
from gateway.model.profile import Profile


class ProfileLibrary:
    """The profiles that site files can name; each is loaded when it is first needed."""

    def __init__(self, files: dict[str, Path] | None = None) -> None:
        self._files = device_profiles.paths() if files is None else files
        self._loaded: dict[str, Profile] = {}
        self._invalid: dict[str, ConfigError] = {}

    @property
    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._files)

    def get(self, name: str) -> Profile:
        """Return a profile by its name.

        Raises:
            KeyError: The library has no profile with that name.
            ConfigError: Its file is invalid.
        """
        if name in self._invalid:
            raise self._invalid[name]
        if name not in self._loaded:
            try:
                self._loaded[name] = load_profile(self._files[name], self._files)
            except ConfigError as error:
                self._invalid[name] = error
                raise
        return self._loaded[name]


def load_profile(path: Path, files: dict[str, Path] | None = None) -> Profile:
    """Load a profile; `files` are those that it can extend, by default the library's.

    Raises:
        ConfigError: The file is invalid, or can't be read.
    """
    text = read_text(path)
    problems = Problems(str(path))
    root = compose(text, problems)
    if root is not None and has_key(root, "extends"):
        root = _extended(root, device_profiles.paths() if files is None else files, problems)
        problems.raise_if_any()
    profile = convert(root, Profile, problems) if root is not None else None
    if root is None and not problems.found:
        problems.found.append(Problem(str(path), 1, 1, "the file is empty", "write a profile"))
    if profile is not None and root is not None:
        check_profile(profile, root, path.stem, problems)
    problems.raise_if_any()
    if profile is None:
        raise ConfigError([])
    return profile


def _extended(root: Node, files: dict[str, Path], problems: Problems) -> Node:
    """Return a profile's tree completed from the one that it extends, which must be valid and must not extend another itself."""
    at = entry(root, "extends")
    name = str(at.value)
    if name not in files or files[name].stem == str(entry(root, "profile").value):
        problems.add(at, f"unknown profile '{name}'", suggest(name, files))
        return root
    load_profile(files[name], files)
    base = compose(read_text(files[name]), Problems(str(files[name])))
    if base is None or has_key(base, "extends"):
        what = f"'{name}' itself extends another profile"
        problems.add(at, what, "extend that one, and write all differences here")
        return root
    return extend(root, base, problems)
