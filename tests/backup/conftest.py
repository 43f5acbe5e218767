"""Passphrases cost little here: scrypt has its true cost in the tests of sealed files, and in those of the commands."""

import pytest

from gateway.backup import sealed_file


@pytest.fixture(autouse=True)
def cheap_passphrases(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.path.name != "test_sealed_file.py":
        monkeypatch.setattr(sealed_file, "_COST", 1 << 4)
