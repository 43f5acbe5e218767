"""Findings of a live test, from values read. (The reading itself is tested with `gateway profiles try`.)"""

import pytest

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.model.batch import Value
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.profile_check.live_test import SlotValues, judge, needs_swapped_read, slot_values, with_words_swapped

LIBRARY = ProfileLibrary()


def test_raw_values_become_values_in_units_and_slots_without_a_reading_have_no_data() -> None:
    device = bind_every_point(LIBRARY.get("xy_md02"))
    read = slot_values(device, [Reading(0, 0, [305, None], {1: int(Quality.BadTimeout)})])
    assert read.values[:2] == [30.5, None]
    assert read.codes[:3] == [0, Quality.BadTimeout, Quality.BadNoData]


def test_only_long_values_that_are_not_plausible_are_read_again() -> None:
    device = bind_every_point(LIBRARY.get("peacefair_pzem016"))
    names = [slot.point.name for slot in device.slots]

    def needs(**values: Value) -> bool:
        return needs_swapped_read(device, SlotValues([values.get(name, 1.0) for name in names], [0] * len(names)))

    assert not needs()
    assert needs(current=7077888.0)
    assert not needs(voltage=-5.0), "one register has no word order"


def test_swapping_words_changes_long_values_alone() -> None:
    device = bind_every_point(LIBRARY.get("peacefair_pzem016"))
    swapped = {slot.point.name: slot.point.word_order for slot in with_words_swapped(device).slots}
    before = {slot.point.name: slot.point.word_order for slot in device.slots}
    assert device.profile.modbus is not None
    own = before["current"] or device.profile.modbus.word_order
    assert {own, swapped["current"]} == {"big", "little"}
    assert swapped["voltage"] == before["voltage"]


@pytest.mark.parametrize(("application", "missing"), [(7, []), (0, [0]), (None, [None])])
def test_a_required_setting_that_is_not_made_is_found(application: Value, missing: list[Value]) -> None:
    device = bind_every_point(LIBRARY.get("carlo_gavazzi_em24_rtu"))
    values = [application if slot.point.name == "cfg_application" else 72 for slot in device.slots]
    found = judge(device, SlotValues(values, [0] * len(values)), None, {})
    assert [one.value for one in found.missing_settings if one.setting.point == "cfg_application"] == missing
    assert [one.matches for one in found.identities] == [True]


def test_identification_objects_identify_a_product() -> None:
    name = next(name for name in LIBRARY.names if any(one.object for one in LIBRARY.get(name).identify))
    device = bind_every_point(LIBRARY.get(name))
    nothing = SlotValues([None] * len(device.slots), [int(Quality.BadNoData)] * len(device.slots))
    identity = next(one for one in device.profile.identify if one.object)
    value = str(identity.contains or identity.one_of[0])
    by_object = {one.identity.object: one for one in judge(device, nothing, None, {identity.object or "": value}).identities}
    assert by_object[identity.object].matches
    assert not any(one.matches for one in judge(device, nothing, None, {}).identities)
