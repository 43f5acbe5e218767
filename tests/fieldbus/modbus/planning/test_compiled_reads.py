"""Compiled plans: which reads feed which streams, and which devices share them."""

from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.modbus.planning.compiled_reads import CompiledReads, PlanConstraints, compile_read, compile_streams
from gateway.fieldbus.modbus.planning.read_plan import Hole, Read
from gateway.model.site.lines import DeviceSettings
from tests.fieldbus.made_devices import COST, device, point
from tests.profiles.library import LIBRARY

NOTHING = PlanConstraints(frozenset(), frozenset(), frozenset())


def test_every_stream_names_the_reads_that_feed_it() -> None:
    binder = Binder({})
    channels = {0: "pl-1", 60: "pl-2"}
    bound = binder.bind(DeviceSettings(id="d", profile="intesis_ibmbsdal", channels=channels), LIBRARY.get("intesis_ibmbsdal"))
    compiled = compile_streams(bound, bound.all_streams, COST, NOTHING)
    assert len(compiled.reads) > 1
    for feed in compiled.feeds:
        fed = {slot for number in feed.reads for slot in compiled.reads[number].read.slots}
        assert fed >= set(range(feed.first, feed.last))
    assert compiled.left_out == frozenset()


def test_slots_that_the_device_refuses_are_left_out() -> None:
    bound = Binder({}).bind(DeviceSettings(id="d", profile="xy_md02", asset="a"), LIBRARY.get("xy_md02"))
    compiled = compile_streams(bound, bound.all_streams, COST, PlanConstraints(frozenset(), frozenset({1, 99}), frozenset()))
    assert compiled.left_out == {1}
    assert [one.read.slots for one in compiled.reads] == [(0,)]


def test_a_read_of_contiguous_slots_has_their_slice() -> None:
    made = device(point(10), point(11), point(12))
    assert compile_read(made, Read(3, 11, 2, (1, 2))).place == slice(1, 3)
    assert compile_read(made, Read(3, 10, 3, (0, 2))).place is None
    values, quality = compile_read(made, Read(3, 10, 3, (0, 2))).decode(bytes.fromhex("000700080009"))
    assert (list(values), quality) == ([7, 9], {})


def test_identical_devices_share_their_reads_until_one_has_shown_something() -> None:
    binder, shared = Binder({}), CompiledReads()
    first, second = (
        binder.bind(DeviceSettings(id=name, profile="xy_md02", asset=name, unit=unit), LIBRARY.get("xy_md02"))
        for unit, name in enumerate(("a", "b"), 1)
    )
    one = shared.get(first, first.all_streams, COST, NOTHING)
    assert shared.get(second, second.all_streams, COST, NOTHING) is one
    learned = PlanConstraints(frozenset({Hole(4, 2, 2)}), frozenset(), frozenset())
    assert len(shared.get(second, second.all_streams, COST, learned).reads) == len(one.reads) + 1
    retry = PlanConstraints(frozenset(), frozenset(), frozenset({1}))
    assert shared.get(first, first.all_streams, COST, retry) is not shared.get(first, first.all_streams, COST, retry)
