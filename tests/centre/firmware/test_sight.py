"""What the centre sees of devices."""

import msgspec
import pytest

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import FieldName
from gateway.centre.firmware import sight as sight_module
from gateway.centre.firmware.sight import StreetSight
from gateway.model.messages import AlarmEntry, AlarmMessage, AlarmText, CityMessage, CityReading, CityValue
from gateway.model.topics import CityTopic, GatewayId

TOPIC = "prato/v1/citelum/city/relay/pl-1"
NAME = DeviceName("citelum", "gw-1", "relay-7")
T = "2026-11-26T21:00:00.000Z"
T_MS = 1_795_726_800_000
TEXT = AlarmText("x", "y")


def city(values: dict[str, CityValue], measurement: str = "relay", time: str = T, gateway: str = "gw-1", every_s: float = 60.0) -> bytes:
    return msgspec.json.encode(
        CityMessage(1, "pl-1", measurement, "citelum", gateway, [CityReading("relay-7", time, every_s, values)], time)
    )


def alarms(sight: StreetSight, *entries: tuple[str, str, str]) -> None:
    message = AlarmMessage(1, "pl-1", "citelum", [AlarmEntry(kind, 3, state, T, TEXT, TEXT, part) for kind, part, state in entries])  # type: ignore[arg-type]
    sight.hear_alarms(CityTopic("prato", "citelum", "alarm", "pl-1"), msgspec.json.encode(message) if entries else b"")


def test_good_values_of_all_measurements_of_a_device_are_seen_together() -> None:
    sight = StreetSight()
    assert sight.seen(NAME) is None
    sight.hear_city(TOPIC, city({"state": CityValue("Good", True), "count": CityValue("BadNoCommunication")}))
    sight.hear_city(
        TOPIC.replace("relay", "lamp"),
        city({"active_power": CityValue("GoodClamped", 4.5)}, "lamp", "2026-11-26T21:01:00.000Z", every_s=10.0),
    )
    seen = sight.seen(NAME)
    assert seen is not None
    assert (seen.t_ms, seen.every_s) == (T_MS + 60_000, 10.0)
    assert seen.values == {FieldName("pl-1", "relay", "state"): None, FieldName("pl-1", "lamp", "active_power"): 4.5}


def test_an_asset_that_is_removed_is_not_seen_any_more() -> None:
    sight = StreetSight()
    sight.hear_city(TOPIC, city({"state": CityValue("Good", True)}))
    sight.hear_city(TOPIC, b"")
    assert sight.seen(NAME) is None


def test_alarms_of_the_device_and_of_its_assets_are_seen_until_they_return() -> None:
    sight = StreetSight()
    sight.hear_city(TOPIC, city({"state": CityValue("Good", True)}))
    alarms(
        sight,
        ("device_silent", "relay-7", "unacknowledged"),
        ("device_silent", "other", "unacknowledged"),
        ("door_open", "", "acknowledged"),
        ("leakage", "", "returned"),
    )
    seen = sight.seen(NAME)
    assert seen is not None
    assert seen.alarms == {"device_silent": T_MS, "door_open": T_MS}
    alarms(sight)
    seen = sight.seen(NAME)
    assert seen is not None
    assert seen.alarms == {}


def test_gateways_are_online_as_they_say() -> None:
    sight, me = StreetSight(), GatewayId("prato", "citelum", "gw-1")
    for payload, online in (
        (b'{"state":"online"}', True),
        (b'{"state":"maintenance"}', False),
        (b'{"state":"online"}', True),
        (b"", False),
    ):
        sight.hear_gateway(me, payload)
        assert (("citelum", "gw-1") in sight.online) is online


def test_one_gateway_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight_module, "_MOST_TOPICS_OF_A_GATEWAY", 2)
    sight = StreetSight()
    for number in range(5):
        sight.hear_city(f"{TOPIC}{number}", city({"state": CityValue("Good", True)}))
    sight.hear_city(TOPIC, city({"state": CityValue("Good", True)}, gateway="gw-2"))
    assert len(sight._topics) == 3
    sight.hear_city(f"{TOPIC}0", b"")
    sight.hear_city(f"{TOPIC}4", city({"state": CityValue("Good", True)}))
    assert len(sight._topics) == 3


@pytest.mark.parametrize("payload", [b"{", b"[]", city({}, time="yesterday")])
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        StreetSight().hear_city(TOPIC, payload)
