"""Enumerations that accept what later versions add."""

import jsonschema
import msgspec
import pytest

from gateway.situation.event.kinds import SeverityLevel, WorksCategory
from gateway.situation.event.open_enumeration import open_schema


def test_an_unknown_member_is_read_as_other_and_sent_on_as_it_was_written() -> None:
    found = msgspec.json.decode(b'"catastrophic"', type=SeverityLevel)
    assert (found.member, found) == (SeverityLevel.OTHER, "catastrophic")
    assert msgspec.json.encode(found) == b'"catastrophic"'


def test_a_known_member_is_itself() -> None:
    found = msgspec.json.decode(b'"minor"', type=WorksCategory)
    assert found is WorksCategory.MINOR
    assert found.member is WorksCategory.MINOR


def test_unknown_members_are_equal_if_their_texts_are_and_do_not_become_members() -> None:
    one, same = (msgspec.convert("upcoming_enum", WorksCategory) for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)
    assert "upcoming_enum" not in WorksCategory.__members__.values()


@pytest.mark.parametrize("text", ["", "two words", "x" * 65, "a/b", "a\n", "9lives"])
def test_what_no_version_can_add_is_rejected(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, SeverityLevel)


def test_the_schema_accepts_unknown_members_of_open_enumerations_alone() -> None:
    schema = open_schema(msgspec.json.schema(SeverityLevel))
    jsonschema.validate("catastrophic", schema)
    jsonschema.validate("high", schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate("two words", schema)
