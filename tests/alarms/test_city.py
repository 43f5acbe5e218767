"""The conditions of a whole city."""

import pytest

from gateway.alarms.city import CENTRE, CityConditions
from gateway.alarms.observation import Subject
from gateway.alarms.state import Alarm, AlarmKey, AlarmState
from gateway.model.messages import AlarmText, GatewayState, RolledOutFirmware, RolloutsMessage, RolloutStatus, WorkerState
from gateway.model.topics import GatewayId
from tests.alarms.city_messages import NIGHT_MS, message, meter

GATEWAY = Subject("citelum", "gw-1", "gw-1")
SENDER = GatewayId("prato", "citelum", "gw-1")
LATE_MS = NIGHT_MS + 3_600_000


@pytest.mark.parametrize(("state", "met"), [("offline", True), ("online", False), ("maintenance", False)])
def test_a_gateway_is_silent_when_it_is_offline_and_not_in_maintenance(state: str, met: bool) -> None:
    found = {one.kind: one.met for one in CityConditions().hear_gateway(SENDER, GatewayState(state))}  # type: ignore[arg-type]
    assert found["gateway_silent"] is met


@pytest.mark.parametrize(("clock", "met"), [("unsynced", True), ("synced", False), ("holdover", False)])
def test_a_clock_is_unsure_when_it_is_not_synchronised(clock: str, met: bool) -> None:
    state = GatewayState("online", clock=clock)  # type: ignore[arg-type]
    assert {one.kind: one.met for one in CityConditions().hear_gateway(SENDER, state)}["clock_unsure"] is met
    assert "clock_unsure" not in {one.kind for one in CityConditions().hear_gateway(SENDER, GatewayState("offline"))}


@pytest.mark.parametrize(
    ("measurement", "field", "kind", "over", "near", "well"),
    [
        ("gateway", "backlog_batches", "backlog_growing", 100.0, 99.0, 50.0),
        ("gateway", "certificate_days", "certificate_ends", 14.0, 15.0, 21.0),
        ("gateway", "disk_free", "disk_full", 10.0, 11.0, 15.0),
        ("worker", "dead_letters", "dead_letters", 1.0, 0.5, 0.0),
        ("worker", "lost_parts", "readings_lost", 1.0, 0.5, 0.0),
    ],
)
def test_limits_of_what_the_store_knows(measurement: str, field: str, kind: str, over: float, near: float, well: float) -> None:
    city = CityConditions()
    found = [
        [(one.kind, one.met) for one in city.hear_stored(measurement, GATEWAY, {field: value, "uptime": 1.0})]
        for value in (over, near, well)
    ]
    assert found == [[(kind, True)], [(kind, None)], [(kind, False)]]
    assert list(city.hear_stored(measurement, GATEWAY, {})) == []


@pytest.mark.parametrize(("expected", "read", "met"), [(1000, 994, True), (1000, 995, None), (1000, 998, False), (1000, 1000, False)])
def test_readings_are_incomplete_below_99_5_percent(expected: int, read: int, met: bool | None) -> None:
    (found,) = CityConditions().hear_completeness(GATEWAY, expected, read)
    assert (found.kind, found.met) == ("incomplete", met)


def test_of_a_few_readings_nothing_is_known() -> None:
    assert list(CityConditions().hear_completeness(GATEWAY, 19, 1)) == []


@pytest.mark.parametrize(
    ("state", "met"), [("stopped", True), ("running", False), ("paused", False), ("aborted", False), ("finished", False)]
)
def test_a_roll_out_that_stopped_by_itself_is_an_alarm_until_somebody_decides(state: str, met: bool) -> None:
    firmware, why = RolledOutFirmware("a.wbfw", "WBMR6C", "1.26.0"), AlarmText("2 failed", "2 falliti")
    status = RolloutStatus("r7", firmware, state, "me", "", "", ["citelum"], 0, [], {}, why)  # type: ignore[arg-type]
    (found,) = CityConditions().hear_rollouts(RolloutsMessage(1, [status]))
    assert (found.subject, found.kind, found.met) == (Subject(CENTRE, "rollout-r7", ""), "rollout_stopped", met)
    assert found.detail.it == "WBMR6C 1.26.0: 2 falliti"
    assert list(CityConditions().hear_rollouts(RolloutsMessage(1, []))) == []


def test_while_no_worker_takes_readings_no_device_is_silent() -> None:
    city = CityConditions()
    list(city.hear_asset("t/lamp/pl-1", message("lamp", NIGHT_MS, {"dim_level": 1})))
    assert [one.kind for one in city.silent(LATE_MS)] == ["device_silent"]
    city.hear_worker("worker-1", WorkerState("offline"))
    assert list(city.silent(LATE_MS)) == []
    city.hear_worker("worker-2", WorkerState("online"))
    assert [one.kind for one in city.silent(LATE_MS)] == ["device_silent"]
    city.hear_worker("worker-2", None)
    assert list(city.silent(LATE_MS)) == []


def test_an_asset_that_is_removed_is_not_silent() -> None:
    city = CityConditions()
    list(city.hear_asset("t/lamp/pl-1", message("lamp", NIGHT_MS, {"dim_level": 1})))
    city.remove("t/lamp/pl-1")
    assert list(city.silent(LATE_MS)) == []


@pytest.mark.parametrize(("failed", "met"), [(5, True), (4, None), (3, None), (2, False), (0, False)])
def test_many_lamps_have_failed_from_a_twentieth_on(failed: int, met: bool | None) -> None:
    city = CityConditions()
    alarms = {}
    for number in range(100):
        asset = f"pl-{number}"
        list(city.hear_asset(f"prato/v1/citelum/city/lamp/{asset}", message("lamp", NIGHT_MS, {"dim_level": 1}, asset=asset)))
        if number < failed:
            alarms[AlarmKey("citelum", asset, "lamp_failed", "")] = Alarm(gateway="gw-1", state=AlarmState.ACKNOWLEDGED)
    (found,) = city.failed_lamps(alarms)
    assert (found.kind, found.subject, found.met) == ("lamp_failures", GATEWAY, met)


def test_two_of_ten_lamps_are_a_few_whatever_their_share() -> None:
    city = CityConditions()
    for number in range(10):
        list(city.hear_asset(f"t/lamp/pl-{number}", message("lamp", NIGHT_MS, {"dim_level": 1}, asset=f"pl-{number}")))
    alarms = {AlarmKey("citelum", f"pl-{n}", "lamp_failed", ""): Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED) for n in range(2)}
    assert [one.met for one in city.failed_lamps(alarms)] == [False]


def test_the_full_load_of_a_panel_is_known_over_a_restart() -> None:
    topic = "prato/v1/citelum/city/lighting_meter/qe-1"
    before = CityConditions()
    list(before.hear_asset(topic, message("lighting_meter", NIGHT_MS, meter((3000.0, 3000.0, 3000.0)))))
    assert before.full_loads() == {topic: 9000.0}
    after = CityConditions(before.full_loads())
    found = {one.kind: one.met for one in after.hear_asset(topic, message("lighting_meter", NIGHT_MS, meter((0.0, 0.0, 0.0))))}
    assert found["panel_outage"] is True


def test_the_centre_s_own_alarms_have_its_name() -> None:
    assert CENTRE == "centre"


def test_one_gateway_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.alarms.city.MOST_ASSETS_OF_A_GATEWAY", 2)
    city = CityConditions()

    def heard(number: int, gateway: str = "gw-1") -> bool:
        sent = message("lamp", NIGHT_MS + number, {"dim_level": 1}, asset=f"pl-{number}")
        sent.gateway = gateway
        return bool(list(city.hear_asset(f"{gateway}/lamp/pl-{number}", sent)))

    assert [heard(1), heard(2), heard(3), heard(3, "gw-2")] == [True, True, False, True]
    city.remove("gw-1/lamp/pl-1")
    city.remove("unknown")
    assert heard(3)
    monkeypatch.setattr("gateway.alarms.city.MOST_ASSETS", 3)
    assert not heard(9, "gw-3")
