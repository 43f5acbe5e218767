"""The problems of profiles that are derived from those of the library."""

from pathlib import Path

import pytest

import device_profiles
from gateway.config.problems import ConfigError, Problem
from gateway.config.profile_library import load_profile

Broken = tuple[str, str, tuple[int, int], str]
"""What to replace in the profile xy_md02, with what, and the place and part of the message of a problem."""

BrokenFrame = tuple[str, str, str]
"""What to replace in the profile nova_sds011, with what, and a part of the message of a problem."""


def problems_of(name: str, old: str, new: str, folder: Path) -> list[Problem]:
    """Return the problems of a profile of the library after a change."""
    text = device_profiles.paths()[name].read_text()
    assert old in text
    path = folder / f"{name}.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as error:
        load_profile(path)
    return error.value.problems


def check_broken(broken: Broken, folder: Path) -> None:
    """Check that a broken xy_md02 has the expected problem."""
    old, new, place, sentence = broken
    problems = problems_of("xy_md02", old, new, folder)
    assert any((problem.line, problem.column) == place and sentence in str(problem) for problem in problems), problems


def check_broken_frame(broken: BrokenFrame, folder: Path) -> None:
    """Check that a broken nova_sds011 has the expected problem."""
    old, new, sentence = broken
    problems = problems_of("nova_sds011", old, new, folder)
    assert any(sentence in str(problem) for problem in problems), problems
