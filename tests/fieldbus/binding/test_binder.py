"""Devices are bound to their profiles: fields, scales, tags, groups of streams, overrides."""

from decimal import Decimal

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import Binder, bind
from gateway.model.profile import Measurement, Point
from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings, OverrideSettings, RatioSettings
from tests.fieldbus.derive.devices import bound, meter, profile
from tests.fieldbus.made_devices import plan_at_9600


def test_a_device_is_bound_to_its_streams() -> None:
    profile = ProfileLibrary().get("carlo_gavazzi_em340")
    bound = bind(DeviceSettings(id="m", profile=profile.profile, asset="qe-1", unit=7), profile, {})
    stream, identity, codes = bound.streams
    assert (codes.stream.measurement, codes.stream.every_s, codes.last - codes.first) == ("event", 900.0, 1)
    assert (identity.stream.measurement, identity.stream.every_s) == ("device", 900.0)
    fields = {field.name: field for field in stream.stream.fields}
    assert (bound.unit, stream.stream.asset, stream.stream.every_s) == (7, "qe-1", 10.0)
    assert (fields["voltage_l1"].scale, fields["active_energy"].scale, fields["active_energy"].unit) == ("1/10", "100", "W.h")


def test_channels_become_streams_of_their_assets() -> None:
    profile = ProfileLibrary().get("intesis_ibmbsdal")
    bound = bind(DeviceSettings(id="d", profile=profile.profile, channels={5: "pl-6", 0: "pl-1"}), profile, {})
    told = [(one.stream.asset, one.stream.measurement, one.first, one.last) for one in bound.streams]
    assert told == [("pl-1", "lamp", 0, 3), ("pl-6", "lamp", 3, 6), ("pl-1", "event", 6, 8), ("pl-6", "event", 8, 10)]
    assert [(read.address, read.quantity) for read in plan_at_9600(bound)] == [(5, 2), (505, 2)]


def test_transformers_of_the_site_scale_values_and_leave_the_meters_own_register() -> None:
    points = [
        Point(name="volts", input=4, type="uint16", unit="V"),
        Point(name="amps", input=5, type="uint16", unit="A"),
        Point(name="watts", input=6, type="int16", unit="W"),
    ]
    fields = {"active_energy": "energy", "voltage_l1": "volts", "current_l1": "amps", "active_power": "watts"}
    one = meter(*points, fields=fields)
    plain = bound(one).streams[0].stream.fields
    ratio = bound(one, ratio=RatioSettings(current=Decimal(40), voltage=Decimal(2)), reversed=True)
    told = {field.name: field.converter()(7) for field in ratio.streams[0].stream.fields}
    assert {field.name: field.converter()(7) for field in plain} == {
        "active_energy": 700,
        "voltage_l1": 7,
        "current_l1": 7,
        "active_power": 7,
    }
    assert told == {"active_energy": 700 * 80, "active_energy_register": 700, "voltage_l1": 14, "current_l1": 280, "active_power": -7 * 80}


def test_a_named_meter_is_a_tag_of_its_streams() -> None:
    assert bound(meter(), meter="sn-17").streams[0].stream.tags == {"meter": "sn-17"}


def test_the_mounting_of_a_channel_is_a_tag_of_its_stream() -> None:
    points = [Point(name="count", input=0, type="uint16", unit="{count}", stride=1)]
    one = profile(
        points,
        [Measurement(measurement="traffic", tags={"lane": "{n}", "loop": "{channel}"}, fields={"vehicle_count": "count"})],
        channels=4,
    )
    device = bind(
        DeviceSettings(id="d", profile="made", channels={0: "road", 3: "road"}, mounting={3: {"direction": "south", "lane": "left"}}),
        one,
        {},
    )
    assert [one.stream.tags for one in device.streams] == [{"lane": "1", "loop": "0"}, {"lane": "left", "loop": "3", "direction": "south"}]


def test_streams_are_grouped_by_interval_the_most_frequent_first_and_those_without_last() -> None:
    volts = Point(name="volts", input=4, type="uint16", unit="V")
    one = meter(
        volts,
        measurements=[
            Measurement(measurement="lighting_meter", every=5.0, fields={"voltage_l1": "volts"}),
            Measurement(measurement="lighting_meter", every=0.0, fields={"voltage_l2": "volts"}),
            Measurement(measurement="lighting_meter", every=60.0, fields={"voltage_l3": "volts"}),
        ],
        every=60.0,
    )
    groups = bound(one).groups
    assert [(group.every_s, group.streams) for group in groups] == [(5.0, (1,)), (60.0, (0, 3)), (0.0, (2,))]


def test_the_interval_is_the_measurements_else_the_devices_else_the_profiles() -> None:
    plain = bound(meter(every=60.0))
    assert plain.streams[0].stream.every_s == 60.0
    assert bound(meter(every=60.0), every=10.0).streams[0].stream.every_s == 10.0


def test_devices_with_the_same_settings_share_their_slots_and_others_do_not() -> None:
    binder, one = Binder({}), meter()
    first, second, other = (
        binder.bind(DeviceSettings(id=name, profile="made", asset=name, overrides=overrides), one)
        for name, overrides in (("a", {}), ("b", {}), ("c", {"energy": OverrideSettings(scale=Decimal(1))}))
    )
    assert first.slots is second.slots
    assert first.slots is not other.slots
    assert (first.streams[0].stream.asset, second.streams[0].stream.asset) == ("a", "b")


def test_devices_that_are_all_different_do_not_fill_the_memory_and_are_bound_as_alone() -> None:
    binder, made = Binder({}), meter()
    for number in range(1, 300):
        device = DeviceSettings(id=f"d{number}", profile="made", asset="a", ratio=RatioSettings(current=Decimal(number)))
        assert binder.bind(device, made) == bind(device, made, {})
        assert len(binder._shapes) <= 100


def test_overrides_of_the_site_change_the_point_of_the_slot_and_the_point_by_name() -> None:
    device = bound(meter(), overrides={"energy": OverrideSettings(scale=Decimal(2), max=Decimal(9))})
    for point in (device.slots[0].point, device.points["energy"]):
        assert (point.scale, point.max) == (Decimal(2), Decimal(9))
    assert device.streams[0].stream.fields[0].converter()(1) == 2000


def test_the_unit_address_is_the_sites_else_the_profiles() -> None:
    assert (bound(meter()).unit, bound(meter(), unit=9).unit) == (1, 9)


def test_the_place_of_an_asset_is_the_streams() -> None:
    device = DeviceSettings(id="d", profile="made", asset="a")
    place = bind(device, meter(), {"a": AssetSettings(name="Panel", lat=43.9, lon=11.1)}).streams[0].stream.place
    assert place is not None
    assert (place.name, place.lat, place.lon) == ("Panel", 43.9, 11.1)
    assert bind(device, meter(), {}).streams[0].stream.place is None
