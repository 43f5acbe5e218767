"""What both versions of DATEX II lose."""

from gateway.situation.formats.datex.losses import LOST_BY_BOTH
from tests.situation.formats.document_fields import document_fields


def test_every_field_that_is_named_exists_and_is_named_once() -> None:
    known = {".".join(field.path[:depth]) for field in document_fields() for depth in range(1, len(field.path) + 1)}
    named = [one.field for one in LOST_BY_BOTH]
    assert set(named) <= known
    assert len(set(named)) == len(named)
