"""Passphrases cost little here: scrypt has its true cost in the tests of sealed files, and in those of the commands."""

from collections.abc import Iterator

import pytest

from gateway.backup import sealed_file


@pytest.fixture(autouse=True)
def cheap_passphrases(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as own:  # a test may undo what it has patched itself
        if request.path.name != "test_sealed_file.py":
            own.setattr(sealed_file, "_COST", 1 << 4)
        yield
