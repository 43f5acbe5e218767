"""What every mapping of a site file has in common."""

import pytest

from gateway.model.site.file import Site
from gateway.model.site.part import SitePart
from tests.house.reference.site_keys import mappings_of
from tests.model.site.parts import problems_of

PARTS = mappings_of(Site)


def test_every_mapping_of_a_site_file_is_a_part_of_it() -> None:
    assert len(PARTS) > 40
    assert [part for part in PARTS if not issubclass(part, SitePart)] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_key_that_a_mapping_does_not_have_is_an_error(part: type[SitePart]) -> None:
    assert "unknown key 'colour_of_the_van'" in problems_of("colour_of_the_van: red", part)
