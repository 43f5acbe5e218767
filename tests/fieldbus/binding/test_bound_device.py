"""A bound device names its streams and their slots by position."""

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.model.site.lines import DeviceSettings

DEVICE = bind(DeviceSettings(id="d", profile="intesis_ibmbsdal", channels={0: "a", 1: "b"}), ProfileLibrary().get("intesis_ibmbsdal"), {})


def test_all_streams_have_all_slots_in_order() -> None:
    assert DEVICE.all_streams == tuple(range(len(DEVICE.streams)))
    assert DEVICE.slots_of(DEVICE.all_streams) == list(range(len(DEVICE.slots)))


def test_the_slots_of_some_streams_are_theirs_alone() -> None:
    last = len(DEVICE.streams) - 1
    bound = DEVICE.streams[last]
    assert DEVICE.slots_of([last]) == list(range(bound.first, bound.last))
    assert DEVICE.slots_of([]) == []
