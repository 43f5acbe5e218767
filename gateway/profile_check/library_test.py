"""Tests profiles of the library: their worked examples, and their read plans. Pure."""

from collections.abc import Iterable

import msgspec

from gateway.model.profile import Profile
from gateway.profile_check.examples import check_examples, plan_flaws


class ProfileFailure(msgspec.Struct):
    """One failed test of a profile."""

    profile: str
    what: str
    why: str


class LibraryResult(msgspec.Struct):
    """The result over several profiles.

    `constructed` examples were built from the profile's own register table: they test the decoder, not the table.
    """

    profiles: int = 0
    examples: int = 0
    constructed: int = 0
    failures: int = 0
    failed: list[ProfileFailure] = []

    def add_profile(self, name: str, profile: Profile) -> None:
        """Test a profile."""
        self.profiles += 1
        results = check_examples(profile)
        self.examples += len(results)
        self.constructed += sum(one.example.origin == "constructed" for one in results)
        for result in results:
            if result.why is not None:
                self._fail(name, f"example '{result.example.desc}'", result.why)
        if not results:
            self._fail(name, "examples", "there are none; take one from the data sheet, or from a device with 'gateway ask'")
        for flaw in plan_flaws(profile):
            self._fail(name, "plan", flaw)

    def add_invalid(self, name: str, problems: Iterable[str]) -> None:
        """Record a profile whose file is invalid."""
        self.profiles += 1
        for problem in problems:
            self._fail(name, "the file", problem)

    def _fail(self, profile: str, what: str, why: str) -> None:
        self.failed.append(ProfileFailure(profile, what, why))
        self.failures = len(self.failed)
