"""The predicted load of a line."""

import math

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.modbus.planning.line_load import device_load, share
from gateway.fieldbus.modbus.planning.read_cost import character_s, rtu_cost, silence_s
from gateway.model.site import DeviceSettings


def test_groups_that_are_due_together_are_counted_as_one_read() -> None:
    # Every second 30 ms; every second second the other group with it, 50 ms together.
    cost = {(0,): 0.03, (1,): 0.04, (0, 1): 0.05}
    assert math.isclose(share([1.0, 2.0], cost.__getitem__), (0.03 + 0.05) / 2)
    assert share([0.0], cost.__getitem__) == 0.0
    # With no short common period each counts by itself.
    assert math.isclose(share([1.0, 1.001, 1.009], lambda due: 0.01 * len(due)), 0.01 + 0.01 / 1.001 + 0.01 / 1.009)


def test_the_load_of_a_device_is_its_reads_divided_by_its_interval() -> None:
    profile = ProfileLibrary().get("xy_md02")
    bound = bind(DeviceSettings(id="d", profile="xy_md02", asset="a", every=2.0), profile, {})
    one_s = character_s(9600)
    found = device_load(bound, rtu_cost(one_s, silence_s(9600, one_s), 0.01))
    # 8 + 9 characters, 3.5 of silence, 10 ms.
    assert math.isclose(found.sweep_s, (17 + 3.5) * 10 / 9600 + 0.01)
    assert math.isclose(found.share, found.sweep_s / 2)
