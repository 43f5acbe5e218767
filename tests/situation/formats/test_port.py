"""What formats get."""

from gateway.situation.formats.port import ExportedSituation, LostField, lost
from tests.situation.formats.exports import request_of, seen


def test_a_situation_was_created_with_its_first_version() -> None:
    one, first = seen(), seen(version=1, updated="2026-11-01T08:00:00.000Z")
    assert ExportedSituation(one, (first,)).created == "2026-11-01T08:00:00.000Z"
    assert ExportedSituation(one).created == one.properties.updated


def test_an_organisation_without_a_title_is_called_by_its_name() -> None:
    assert [request_of().title(name) for name in ("comune", "altro")] == ["Comune di Prato", "altro"]


def test_losses_are_whole_unless_they_say_what_remains() -> None:
    assert lost("a", "b.c") == (LostField("a", ""), LostField("b.c", ""))
