"""Why a notification was not delivered."""

from gateway.host.webhook.errors import NotDelivered


def test_a_failure_may_end_unless_it_is_said_to_be_final() -> None:
    assert not NotDelivered("away").is_final
    assert NotDelivered("no such address", is_final=True).is_final
    assert str(NotDelivered("away")) == "away"
