"""Canaries and waves."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.rollout.terms import RolloutTerms
from firmware_tools.rollout.waves import in_turn, waves_of
from tests.firmware_tools.rollout.rollouts import NIGHT, known, street


def test_there_is_a_canary_of_every_hardware_revision_and_version() -> None:
    rare = [known("gw-9", "x", hardware="6e"), known("gw-9", "y", version="1.21.0")]
    waves = waves_of([*street(3, 2, 5), *rare], RolloutTerms(NIGHT, canaries=2))
    assert {(one.hardware, one.version) for one in waves[0]} == {("6c", "1.24.0"), ("6e", "1.24.0"), ("6c", "1.21.0")}
    assert [len(wave) for wave in waves] == [3, 3, 9, 17]


def test_canaries_are_on_different_lines() -> None:
    waves = waves_of(street(3, 2, 5), RolloutTerms(NIGHT, canaries=6))
    assert len({one.at for one in waves[0]}) == 6


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(1, 9), st.sampled_from([(1.0,), (0.1, 0.3, 0.6), (0.01, 0.99)]))
def test_every_device_is_in_one_wave_and_no_wave_is_empty(
    gateways: int, lines: int, each: int, canaries: int, shares: tuple[float, ...]
) -> None:
    devices = street(gateways, lines, each)
    waves = waves_of(devices, RolloutTerms(NIGHT, canaries=canaries, waves=shares))
    assert Counter(one.name for wave in waves for one in wave) == Counter(one.name for one in devices)
    assert all(waves)
    assert len(waves[0]) == min(canaries, len(devices))


def test_no_devices_make_no_waves() -> None:
    assert waves_of([], RolloutTerms(NIGHT)) == []


def test_groups_take_turns() -> None:
    assert in_turn(["a1", "a2", "a3", "b1", "c1", "c2"], lambda one: one[0]) == ["a1", "b1", "c1", "a2", "c2", "a3"]
