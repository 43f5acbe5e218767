"""Devices bound to their profiles: streams, channels, overrides."""

from decimal import Decimal

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.model.site import DeviceSettings, OverrideSettings
from tests.fieldbus.made_devices import plan_at_9600


def test_a_device_is_bound_to_its_streams() -> None:
    profile = ProfileLibrary().get("carlo_gavazzi_em340")
    bound = bind(DeviceSettings(id="m", profile=profile.profile, asset="qe-1", unit=7), profile, {})
    stream, identity = bound.streams
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


def test_the_site_knows_better() -> None:
    profile = ProfileLibrary().get("carlo_gavazzi_em340")
    device_ = DeviceSettings(id="m", profile=profile.profile, asset="a", overrides={"voltage_l1": OverrideSettings(scale=Decimal("0.2"))})
    assert bind(device_, profile, {}).slots[0].field.scale == "1/5"
