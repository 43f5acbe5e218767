"""The conditions of one asset, from its messages: each is met, just missed, over, and not known."""

import pytest

from gateway.alarms.asset import WatchedAsset
from gateway.alarms.catalogue import FLAGS
from gateway.alarms.details import plain
from gateway.alarms.observation import Subject
from gateway.model.messages import AlarmText, CityMessage, CityReading, CityValue
from tests.alarms.city_messages import MINUTE_MS, NIGHT_MS, Shown, message, meter

SILENT_MS = 3 * MINUTE_MS + MINUTE_MS + 30_000
"""Three intervals of a minute, the time within which a message is said again, and some transport."""


def met(asset: WatchedAsset, sent: CityMessage) -> dict[str, bool | None]:
    return {one.kind: one.met for one in asset.hear(sent)}


def after_hours(measurement: str, field: str, value: float, hours: int) -> dict[str, bool | None]:
    """Return what is said after so many hours of a value that varies a little."""
    asset, found = WatchedAsset(), {}
    for number in range(hours * 12 + 1):
        found = met(asset, message(measurement, NIGHT_MS + number * 5 * MINUTE_MS, {field: value + 0.01 * (number % 2)}))
    return found


@pytest.mark.parametrize(
    ("measurement", "field", "kind"),
    [
        ("lamp", "lamp_failure", "lamp_failed"),
        ("lamp", "dimming_failure", "lamp_does_not_dim"),
        ("lamp", "cycling_failure", "lamp_cycles"),
        ("lamp", "control_gear_comm_failure", "control_gear_silent"),
        ("lighting_cabinet", "door_open", "door_open"),
        ("lighting_cabinet", "leakage_detected", "leakage"),
        ("lighting_cabinet", "circuit_breaker_tripped", "breaker_tripped"),
        ("lighting_cabinet", "switching_error_on", "switching_failed"),
        ("lighting_cabinet", "switching_error_off", "switching_failed"),
        ("traffic", "congested", "traffic_congested"),
    ],
)
def test_what_a_device_reports_is_a_condition(measurement: str, field: str, kind: str) -> None:
    asset = WatchedAsset()
    assert met(asset, message(measurement, NIGHT_MS, {field: True}))[kind] is True
    assert met(asset, message(measurement, NIGHT_MS + 1, {field: False}))[kind] is False
    assert kind not in met(asset, message(measurement, NIGHT_MS + 2, {field: CityValue("BadTimeout")}))


def test_every_flag_of_the_catalogue_is_a_condition() -> None:
    for (measurement, field), kind in FLAGS.items():
        assert met(WatchedAsset(), message(measurement, NIGHT_MS, {field: True}))[kind] is True


def test_a_zone_is_full_until_enough_places_are_free() -> None:
    asset = WatchedAsset()
    sent = [message("parking_zone", NIGHT_MS + number, {"occupancy": share}) for number, share in enumerate((97.9, 98.0, 90.1, 90.0))]
    assert [met(asset, one)["parking_full"] for one in sent] == [None, True, None, False]
    assert "parking_full" not in met(asset, message("parking_zone", NIGHT_MS + 9, {"occupancy": CityValue("BadTimeout")}))


def test_water_that_is_too_high_is_a_condition() -> None:
    asset = WatchedAsset()
    assert met(asset, message("water", NIGHT_MS, {"distance": 0.4, "flooded": True}))["flood"] is True
    assert met(asset, message("water", NIGHT_MS + 1, {"distance": 1.4, "flooded": False}))["flood"] is False


def test_the_subject_names_operator_asset_and_gateway() -> None:
    (one, *_) = WatchedAsset().hear(message("lamp", NIGHT_MS, {"lamp_failure": True}, asset="pl-1"))
    assert one.subject == Subject("citelum", "pl-1", "gw-1")


def test_an_old_message_says_nothing_again() -> None:
    asset = WatchedAsset()
    asset_met = met(asset, message("lamp", NIGHT_MS, {"lamp_failure": True}))
    assert asset_met["lamp_failed"] is True
    assert met(asset, message("lamp", NIGHT_MS, {"lamp_failure": False})) == {}


def test_a_device_is_silent_after_three_intervals_and_no_longer_when_it_is_read() -> None:
    asset = WatchedAsset()
    assert met(asset, message("lamp", NIGHT_MS, {"dim_level": 70}))["device_silent"] is False
    assert list(asset.silent(NIGHT_MS + SILENT_MS)) == []
    ((_, kind, is_met, _, detail, _),) = asset.silent(NIGHT_MS + SILENT_MS + 1)
    assert (kind, is_met, detail) == ("device_silent", True, plain("d-1"))
    assert met(asset, message("lamp", NIGHT_MS + SILENT_MS, {"dim_level": 70}))["device_silent"] is False
    assert list(asset.silent(NIGHT_MS + SILENT_MS + 1)) == []


def test_a_device_that_does_not_respond_is_silent_too() -> None:
    values: Shown = {"dim_level": CityValue("BadTimeout"), "active_power": CityValue("BadTimeout")}
    assert met(WatchedAsset(), message("lamp", NIGHT_MS, values))["device_silent"] is True
    partly: Shown = {"dim_level": CityValue("BadTimeout"), "active_power": 5.0}
    assert met(WatchedAsset(), message("lamp", NIGHT_MS, partly))["device_silent"] is False


def test_one_measurement_that_is_heard_does_not_hide_another_that_is_not() -> None:
    lamp, meter_of_it = WatchedAsset(), WatchedAsset()
    met(lamp, message("lamp", NIGHT_MS, {"dim_level": 70}))
    met(meter_of_it, message("lighting_meter", NIGHT_MS, meter((1.0, 1.0, 1.0))))
    (silent,) = lamp.silent(NIGHT_MS + 10 * SILENT_MS)
    (other,) = meter_of_it.silent(NIGHT_MS + 10 * SILENT_MS)
    assert silent.part != other.part


@pytest.mark.parametrize(
    ("quality", "is_met"), [("BadOutOfRange", True), ("BadSensorFailure", True), ("BadTimeout", False), ("Good", False)]
)
def test_a_value_out_of_range_is_implausible(quality: str, is_met: bool) -> None:
    values: Shown = {"no2": CityValue(quality, 7.0 if quality == "Good" else None), "o3": 3.0}
    assert met(WatchedAsset(), message("air_quality", NIGHT_MS, values))["implausible"] is is_met


@pytest.mark.parametrize(
    ("measurement", "field", "kind", "hours", "limit", "clear"),
    [
        ("air_quality", "no2", "air_limit_no2", 1, 200.0, 180.0),
        ("air_quality", "o3", "air_limit_o3", 1, 180.0, 160.0),
        ("air_quality", "so2", "air_limit_so2", 1, 350.0, 320.0),
        ("air_quality", "pm10", "air_limit_pm10", 24, 50.0, 45.0),
        ("air_quality", "pm25", "air_limit_pm25", 24, 25.0, 22.0),
        ("noise", "laeq", "noise_limit", 1, 65.0, 63.0),
    ],
)
def test_limits_are_of_means_and_have_a_deadband(measurement: str, field: str, kind: str, hours: int, limit: float, clear: float) -> None:
    assert after_hours(measurement, field, limit + 1, hours)[kind] is True
    assert after_hours(measurement, field, (limit + clear) / 2, hours)[kind] is None
    assert after_hours(measurement, field, clear - 1, hours)[kind] is False
    assert kind not in met(WatchedAsset(), message(measurement, NIGHT_MS, {field: 10 * limit})), "one value is no mean"


def test_the_mean_of_a_level_is_that_of_its_energy() -> None:
    asset, found = WatchedAsset(), {}
    for number in range(61):
        found = met(asset, message("noise", NIGHT_MS + number * MINUTE_MS, {"laeq": 75.0 if number % 10 == 0 else 40.0}))
    assert found["noise_limit"] is True, "a tenth of the time 75 dB(A) is 65 dB(A) over all of it"


def test_a_value_that_always_varies_and_does_not_is_stuck() -> None:
    asset, found = WatchedAsset(), {}
    for number in range(72):
        found = met(asset, message("weather", NIGHT_MS + number * 5 * MINUTE_MS, {"air_temperature": 21.3}))
    assert found["sensor_stuck"] is False, "one reading before six hours"
    assert met(asset, message("weather", NIGHT_MS + 360 * MINUTE_MS, {"air_temperature": 21.3}))["sensor_stuck"] is True
    assert met(asset, message("weather", NIGHT_MS + 365 * MINUTE_MS, {"air_temperature": 21.4}))["sensor_stuck"] is False


def test_a_few_equal_readings_with_a_long_pause_are_not_stuck() -> None:
    asset = WatchedAsset()
    met(asset, message("weather", NIGHT_MS, {"air_temperature": 21.3}))
    assert met(asset, message("weather", NIGHT_MS + 600 * MINUTE_MS, {"air_temperature": 21.3}))["sensor_stuck"] is False


def test_a_device_s_own_alarm_is_one_until_it_is_cleared() -> None:
    asset = WatchedAsset()
    texts = {"text": "UPS on battery", "text_it": "UPS a batteria"}
    begun = message("event", NIGHT_MS, {"kind": "on_battery", "active": True, **texts})
    (one,) = asset.hear(begun)
    assert one[1:] == ("device_alarm", True, "d-1 on_battery", plain("d-1"), AlarmText("UPS on battery", "UPS a batteria"))
    ended = message("event", NIGHT_MS + 1, {"kind": "on_battery", "active": False, **texts})
    assert met(asset, ended) == {"device_alarm": False}


@pytest.mark.parametrize(
    ("texts", "title"), [({}, ("Too hot", "Too hot")), ({"text": "hot"}, ("hot", "hot")), ({"text_it": "caldo"}, ("caldo", "caldo"))]
)
def test_a_device_s_alarm_without_its_text_has_the_name_of_its_kind(texts: Shown, title: tuple[str, str]) -> None:
    (one,) = WatchedAsset().hear(message("event", NIGHT_MS, {"kind": "too_hot", "active": True, **texts}))
    assert one.title == AlarmText(*title)


def test_a_panel_s_conditions_come_from_its_meter() -> None:
    found = met(WatchedAsset(9000.0), message("lighting_meter", NIGHT_MS, meter((0.0, 0.0, 0.0))))
    assert found["panel_outage"] is True


def test_lanes_of_one_device_are_parts_of_their_own() -> None:
    sent = message("traffic", NIGHT_MS, {"occupancy": 1.0})
    sent.readings.append(CityReading("d-1", sent.readings[0].time, 60.0, {"occupancy": CityValue("BadTimeout")}, {"lane": "2"}))
    assert {one.part: one.met for one in WatchedAsset().hear(sent) if one.kind == "device_silent"} == {
        "traffic d-1": False,
        "traffic d-1 lane=2": True,
    }


def test_a_time_that_is_none_is_refused() -> None:
    sent = message("lamp", NIGHT_MS, {"dim_level": 1})
    sent.readings[0].time = "yesterday"
    with pytest.raises(ValueError, match="yesterday"):
        met(WatchedAsset(), sent)
