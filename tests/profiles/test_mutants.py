"""Profiles with one value changed: the examples find every mutant but those that are listed."""

from pathlib import Path

from tests.profiles.library import LIBRARY
from tests.profiles.mutants import run as run_mutants


def test_the_mutants_that_survive_are_those_that_are_listed() -> None:
    _, left = run_mutants(LIBRARY.names)
    listed = Path(__file__).with_name("surviving_mutants.txt").read_text().splitlines()
    assert [f"{one.profile}: {one.point}: {one.what}" for one in left] == listed
