"""Who may use the broker."""

from gateway.model.site.access import AccessSettings, GrantSettings
from tests.model.site.parts import problems_of, read


def test_nobody_may_use_the_broker_who_is_not_named() -> None:
    assert read("{}", AccessSettings) == AccessSettings(gateways={}, processes={}, utilities={}, areas={})


def test_a_grant_without_measurements_and_area_is_for_everything_of_an_operator() -> None:
    assert read("{operator: citelum}", GrantSettings) == GrantSettings(operator="citelum", measurements=[], area=None)


def test_a_process_has_a_role_that_the_centre_knows() -> None:
    assert "did you mean 'alarms'?" in problems_of("{processes: {other: alarm}}", AccessSettings)
