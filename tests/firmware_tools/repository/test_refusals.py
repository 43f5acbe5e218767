"""Each refusal is a sentence in two languages."""

from datetime import UTC, datetime

import pytest
from tuf.api import exceptions

from firmware_tools.repository import refusals
from firmware_tools.repository.errors import RepositoryRefused

ALL = [
    refusals.untrusted_clock(),
    refusals.expired("timestamp", datetime(2026, 12, 15, 12, tzinfo=UTC)),
    *(
        make("targets")
        for make in (
            refusals.rolled_back,
            refusals.mixed,
            refusals.unsigned,
            refusals.malformed,
            refusals.missing,
            refusals.unknown_target,
            refusals.altered,
        )
    ),
]


def test_each_has_a_code_of_its_own_and_says_what_in_both_languages() -> None:
    assert len({one.code for one in ALL}) == len(ALL)
    assert all(one.english != one.italian and str(one) == one.english for one in ALL)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (exceptions.BadVersionNumberError(), "rollback"),
        (exceptions.UnsignedMetadataError(), "signature"),
        (exceptions.LengthOrHashMismatchError(), "mixed"),
        (exceptions.RepositoryError(), "malformed"),
    ],
)
def test_errors_of_the_framework_have_their_refusal(error: exceptions.RepositoryError, code: str) -> None:
    found = refusals.refusal_of(error, "snapshot")
    assert isinstance(found, RepositoryRefused)
    assert found.code == code
