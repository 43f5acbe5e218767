"""What most formats lose."""

from gateway.situation.formats import losses
from gateway.situation.formats.port import LostField
from tests.situation.formats.document_fields import document_fields


def test_every_field_that_is_named_exists() -> None:
    known = {".".join(field.path[:depth]) for field in document_fields() for depth in range(1, len(field.path) + 1)}
    named = [
        one
        for group in vars(losses).values()
        if isinstance(group, tuple)
        for one in (group if isinstance(group[0], LostField) else [group])
    ]
    assert {one.field for one in named if isinstance(one, LostField)} - known == set()
    assert len(named) > 30
