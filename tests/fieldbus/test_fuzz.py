"""Random bytes into every framing."""

import pytest

from tests.fieldbus.fuzz import Subject, endure, subjects


@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_after_random_bytes_a_framing_has_not_grown_and_finds_the_next_frame(subject: Subject) -> None:
    assert endure(subject, 200_000, seed=5)
