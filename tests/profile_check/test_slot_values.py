"""The values of a device's slots."""

from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.profile_check.slot_values import slot_values
from tests.profiles.library import LIBRARY


def test_raw_values_become_values_in_units_and_slots_without_a_reading_have_no_data() -> None:
    device = bind_every_point(LIBRARY.get("xy_md02"))
    read = slot_values(device, [Reading(0, 0, [305, None], {1: int(Quality.BadTimeout)})])
    assert read.values[:2] == [30.5, None]
    assert read.codes[:3] == [0, Quality.BadTimeout, Quality.BadNoData]
