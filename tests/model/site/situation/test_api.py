"""The REST API of the Situation Room."""

from gateway.model.site.situation.api import SituationApiSettings
from tests.model.site.parts import problems_of, read


def test_the_api_is_for_its_own_machine_and_for_nobody_without_a_token_by_default() -> None:
    api = read("{}", SituationApiSettings)
    assert (api.listen, api.public, api.pages) == ("127.0.0.1:8091", False, None)


def test_the_pages_are_served_once_they_are_named() -> None:
    pages = read("{pages: {}}", SituationApiSettings).pages
    assert pages is not None
    assert pages.people is None


def test_an_api_that_nobody_may_use_is_an_error() -> None:
    assert "write a number from 1 to 100000" in problems_of("{requests_per_minute: 0}", SituationApiSettings)
