"""Whether another gateway uses this one's identity."""

from gateway.model.messages import GatewayState
from gateway.uplink.identity import FIRST_S, GRACE_S, HOLD_S, LONGEST_S, IdentityWatch

OWN, OTHER = GatewayState("online", "aa", host="edge-a"), GatewayState("offline", "bb", host="edge-b")


def shown() -> IdentityWatch:
    """Return the identity of a gateway that the broker has shown its own state."""
    identity = IdentityWatch(OWN.machine)
    identity.publishing("aa")
    assert identity.is_own(OWN)
    return identity


def test_the_epochs_of_this_process_are_its_own_and_no_epoch_says_nothing() -> None:
    identity = shown()
    identity.publishing(None)
    identity.publishing("a2")
    assert identity.is_own(GatewayState("online", "a2"))
    assert identity.is_own(GatewayState("offline"))
    assert not identity.is_own(OTHER)


def test_another_run_before_the_own_state_was_shown_is_the_run_before() -> None:
    identity = IdentityWatch(OWN.machine)
    identity.publishing("aa")
    for now_s in range(10):
        assert not identity.suspect(now_s)
    assert identity.held_s(9) == GRACE_S
    assert identity.other(9) is None


def test_a_state_without_an_epoch_is_not_the_own_state() -> None:
    identity = IdentityWatch(OWN.machine)
    identity.is_own(GatewayState("offline"))
    assert not identity.suspect(0)


def test_another_run_after_the_own_state_was_shown_is_suspected() -> None:
    assert shown().suspect(0)


def test_another_gateway_is_news_once_and_holds_until_it_is_gone() -> None:
    identity = shown()
    assert identity.saw(OTHER, 0, earlier=False) is None
    assert identity.held_s(0) == HOLD_S, "suspected already"
    assert identity.other(0) is None
    assert identity.saw(OTHER, 2, earlier=False) == ("edge-a", "edge-b")
    assert identity.saw(OTHER, 4, earlier=False) is None
    assert identity.other(4) == "edge-b"
    assert identity.held_s(4) == HOLD_S
    assert (identity.held_s(4 + HOLD_S), identity.other(4 + HOLD_S)) == (0.0, None)


def test_two_sightings_far_apart_are_no_other_gateway() -> None:
    """A broker that crashes restores an old state."""
    identity = shown()
    assert identity.saw(OTHER, 0, earlier=False) is None
    assert identity.saw(OTHER, HOLD_S + 1, earlier=False) is None
    assert identity.other(HOLD_S + 1) is None


def test_a_run_that_the_journal_knows_holds_nothing_unless_it_is_seen_again_and_again() -> None:
    """A journal that was copied while its gateway ran knows that gateway's run."""
    identity = shown()
    assert identity.saw(OTHER, 0, earlier=True) is None
    assert identity.held_s(0) == 0.0
    assert identity.saw(GatewayState("offline", "bb"), 5, earlier=True) == ("edge-a", "an unknown machine")
    assert identity.held_s(5) == HOLD_S


def test_while_there_is_another_gateway_the_connection_is_made_again_later_and_later() -> None:
    identity = shown()
    identity.saw(OTHER, 0, earlier=False)
    assert identity.reconnect_s(0) == FIRST_S
    waits_s = []
    for now_s in range(10):
        identity.saw(OTHER, now_s, earlier=False)
        waits_s.append(identity.reconnect_s(now_s))
    for wait_s, middle_s in zip(waits_s, (1, 2, 4, 8, *(LONGEST_S,) * 6), strict=True):
        assert 0.75 * middle_s <= wait_s <= 1.25 * middle_s
    assert 2 * 1.25 * LONGEST_S < HOLD_S, "two that wait the longest still see each other"
    assert identity.reconnect_s(10 + HOLD_S) == FIRST_S
    identity.saw(OTHER, 200, earlier=False)
    identity.saw(OTHER, 201, earlier=False)
    assert identity.reconnect_s(201) <= 1.25 * FIRST_S, "a new conflict begins from the start"
