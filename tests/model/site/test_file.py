"""A site file as a whole."""

from gateway.model.site.file import Site
from tests.model.site.parts import problems_of, read


def test_a_site_file_needs_no_more_than_a_name() -> None:
    site = read("site: prato", Site)
    assert (site.time_zone, site.uplink, site.lines, site.centre) == ("UTC", None, [], None)


def test_a_time_zone_that_does_not_exist_is_an_error() -> None:
    assert "'Europe/Prato'" in problems_of("{site: prato, time_zone: Europe/Prato}", Site)
