"""The predicted load of a line."""

import math

from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.modbus.planning.line_load import PlannedCosts, device_load, share
from gateway.fieldbus.modbus.planning.read_cost import character_s, rtu_cost, silence_s
from gateway.model.site.lines import DeviceSettings
from tests.profiles.library import LIBRARY


def test_groups_that_are_due_together_are_counted_as_one_read() -> None:
    # Every second 30 ms; every second second the other group with it, 50 ms together.
    cost = {(0,): 0.03, (1,): 0.04, (0, 1): 0.05}
    assert math.isclose(share([1.0, 2.0], cost.__getitem__), (0.03 + 0.05) / 2)
    assert share([0.0], cost.__getitem__) == 0.0
    # With no short common period each counts by itself.
    assert math.isclose(share([1.0, 1.001, 1.009], lambda due: 0.01 * len(due)), 0.01 + 0.01 / 1.001 + 0.01 / 1.009)


@given(st.lists(st.sampled_from([2, 3, 4, 6, 8, 12, 24]), min_size=1, max_size=8))
def test_the_share_is_that_of_a_whole_period(intervals_s: list[int]) -> None:
    def cost_s(due: tuple[int, ...]) -> float:
        return 0.01 + 0.003 * sum(due)

    ticks = [tuple(number for number, every_s in enumerate(intervals_s) if tick % every_s == 0) for tick in range(24)]
    assert math.isclose(share([float(one) for one in intervals_s], cost_s), sum(cost_s(due) for due in ticks if due) / 24)


def test_an_interval_of_less_than_half_a_millisecond_has_a_share() -> None:
    assert math.isclose(share([0.0001, 1.0], lambda due: 0.01 * len(due)), 10.01)


def test_devices_with_the_same_points_are_planned_once() -> None:
    profile = LIBRARY.get("intesis_ibmbsdal")
    cost, planned = rtu_cost(character_s(9600), 0.004, 0.01), PlannedCosts()
    bound = [
        bind(DeviceSettings(id=f"d{number}", profile=profile.profile, channels=dict.fromkeys(range(number % 2, 4), "a")), profile, {})
        for number in range(4)
    ]
    for one in bound:
        assert device_load(one, cost, planned) == device_load(one, cost)
    first, second = planned.of(bound[0], cost), planned.of(bound[2], cost)
    assert first(None) is second(None)
    assert first(None) != planned.of(bound[1], cost)(None)


def test_the_load_of_a_device_is_its_reads_divided_by_its_interval() -> None:
    profile = LIBRARY.get("xy_md02")
    bound = bind(DeviceSettings(id="d", profile="xy_md02", asset="a", every=2.0), profile, {})
    one_s = character_s(9600)
    found = device_load(bound, rtu_cost(one_s, silence_s(9600, one_s), 0.01))
    # 8 + 9 characters, 3.5 of silence, 10 ms.
    assert math.isclose(found.sweep_s, (17 + 3.5) * 10 / 9600 + 0.01)
    assert math.isclose(found.share, found.sweep_s / 2)
