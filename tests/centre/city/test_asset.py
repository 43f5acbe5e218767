"""The message of one asset."""

import msgspec

from gateway.centre.city.asset import Asset, Latest, empty_message, slot_of
from gateway.centre.city.totals import Totals
from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import Origin
from gateway.model.canonical import FieldType
from gateway.model.messages import CityMessage
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId
from tests.centre.readings import LAMP, ME, METER, T

FIELDS = (StreamField("x", FieldType.INT),)


def latest(gateway: str, device: str, value: object, t_ms: int = T) -> Latest:
    sender = GatewayId("prato", "citelum", gateway)
    document = SchemaStreams(sender, [Stream("a", device, "p", "other", FIELDS, 10.0)])
    return Latest(t_ms, document.origins[0], document.kinds[0], (value,), {})  # type: ignore[arg-type]


def accept(asset: Asset, gateway: str, device: str, value: object) -> None:
    asset.accept(slot_of(device, {}, ("x",)), latest(gateway, device, value))


def devices(asset: Asset, limit_bytes: int = 1 << 20) -> list[str]:
    payload = asset.encode(T, 60.0, limit_bytes)
    return [one.device for one in msgspec.json.decode(payload, type=CityMessage).readings] if payload else []


def made() -> Asset:
    return Asset("topic", empty_message(Origin(ME, Stream("a", "d", "p", "other", FIELDS, 10.0), "")))


def test_a_new_value_is_a_change_and_the_same_at_another_time_is_none() -> None:
    asset, said = made(), []
    for value in (1, 1, 2, "no number"):
        accept(asset, "gw-1", "d", value)
        said.append(asset.update(10, Totals()))
    assert said == [True, False, True, False]
    assert asset.owner == ("citelum", "gw-1")


def test_the_oldest_reading_of_the_gateway_that_has_most_goes_first() -> None:
    """Another gateway of the operator that describes the asset does not push out what its own gateway measures."""
    asset = made()
    accept(asset, "gw-1", "mine", 1)
    asset.update(4, Totals())
    for number in range(6):
        accept(asset, "gw-2", f"d-{number}", 1)
        asset.update(4, Totals())
    assert devices(asset) == ["mine", "d-3", "d-4", "d-5"]
    assert devices(asset, 400) == ["mine", "d-5"]
    assert devices(asset, 10) == []
    assert asset.encode(T, 60.0, 1 << 20) is None


def test_the_message_has_the_place_of_the_asset_if_it_is_known() -> None:
    assert empty_message(Origin(ME, METER, "")).name == "Quadro 41"
    assert empty_message(Origin(ME, LAMP, "")).location is None


def test_the_time_of_a_reading_that_was_published_is_known() -> None:
    asset, slot = made(), slot_of("d", {}, ("x",))
    assert asset.time_of(slot) == 0
    accept(asset, "gw-1", "d", 1)
    asset.update(10, Totals())
    assert asset.time_of(slot) == T
