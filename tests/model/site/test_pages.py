"""The web pages of a gateway and of a centre."""

import pytest

from gateway.model.site.pages import ConsoleProxySettings, ConsoleSettings, PageSettings
from gateway.model.site.part import SitePart
from tests.model.site.parts import problems_of, read


@pytest.mark.parametrize("page", [ConsoleSettings, PageSettings])
def test_a_page_is_served_to_its_own_machine_alone_by_default(page: type[SitePart]) -> None:
    assert getattr(read("{}", page), "listen").startswith("127.0.0.1:")  # noqa: B009 — of both types


def test_a_proxy_without_addresses_that_it_is_believed_from_is_an_error() -> None:
    assert "the list is empty" in problems_of("{header: X-Remote-User, addresses: []}", ConsoleProxySettings)
