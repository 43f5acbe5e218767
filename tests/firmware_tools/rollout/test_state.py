"""The state of a roll-out."""

from firmware_tools.rollout.state import DeviceStage
from tests.firmware_tools.rollout.rollouts import rollout, street


def test_devices_are_counted_by_stage_in_all_or_in_one_wave() -> None:
    made = rollout(street(2, 2, 5))
    made.devices[0].stage = DeviceStage.HEALTHY
    assert (made.waves, made.count(DeviceStage.HEALTHY), made.count(DeviceStage.HEALTHY, wave=1)) == (4, 1, 0)
    assert made.count(*DeviceStage, wave=0) == 3
    assert not made.ended
    assert [one.wave for one in made.in_wave()] == [0, 0, 0]
    assert made.devices[0].at[:2] == ("citelum", made.devices[0].name.gateway)
