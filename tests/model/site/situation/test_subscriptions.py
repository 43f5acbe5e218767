"""Who is sent situations."""

from gateway.model.site.situation.subscriptions import AreaSettings, SubscriptionSettings
from tests.model.site.parts import problems_of, read


def test_a_subscription_is_for_everything_that_everybody_may_see_by_default() -> None:
    subscription = read("{email: [radio@example.org]}", SubscriptionSettings)
    assert (subscription.organisation, subscription.kinds, subscription.severity, subscription.area) == (None, [], None, None)
    assert subscription.exercises is False


def test_an_area_is_on_the_globe() -> None:
    assert "write a number from -90 to 90" in problems_of("{west: 11, south: 43, east: 12, north: 95}", AreaSettings)
