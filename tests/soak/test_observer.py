"""Which waits a fault explains."""

from tests.soak.observer import Attacked, Disturbance, Wait, by_attack, undisturbed
from tests.soak.sites import STEADY, STRUCK


def test_a_wait_is_undisturbed_if_no_fault_of_its_gateway_was_before_or_within_it() -> None:
    wait, other = Wait(STEADY, 100_000, 101_500), Wait(STRUCK, 100_000, 103_000)
    assert wait.seconds == 1.5
    assert undisturbed([wait, other], []) == [wait, other]
    assert undisturbed([wait, other], [Disturbance(None, 100_500, 100_600)]) == []
    assert undisturbed([wait, other], [Disturbance(STRUCK, 100_500, 100_600)]) == [wait]
    assert undisturbed([wait], [Disturbance(None, 0, 100_000)]) == []
    assert undisturbed([wait], [Disturbance(None, 0, 99_000), Disturbance(None, 102_000, 103_000)]) == [wait]


def test_the_greatest_wait_during_each_attack_is_known() -> None:
    waits = [Wait(STEADY, 1_000, 2_000), Wait(STRUCK, 1_500, 5_500), Wait(STEADY, 9_000, 9_500)]
    attacks = [Attacked("states", 1_900, 3_000), Attacked("floods", 5_000, 9_100), Attacked("later", 10_000, 11_000)]
    assert by_attack(waits, attacks) == {"states": 4.0, "floods": 4.0}
