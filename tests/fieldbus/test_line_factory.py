"""The driver, timing and costs that a line's settings and the profiles of its devices lead to."""

import pytest

from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.dialects.driver import DialectDriver
from gateway.fieldbus.line_factory import baud_of, bound_devices, build_line, costs_of, rtu_timing
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.modbus.planning.read_cost import character_s, silence_s
from gateway.model.site.lines import DeviceSettings, LineSettings
from tests.profiles.library import LIBRARY

METER, CLIMATE, RADAR = (LIBRARY.get(name) for name in ("carlo_gavazzi_em340", "xy_md02", "omnipresense_ops243"))
DEVICES = [
    DeviceSettings(id="meter", profile="carlo_gavazzi_em340", unit=1, asset="a"),
    DeviceSettings(id="climate", profile="xy_md02", unit=2, asset="b"),
]


def line(*, serial: str | None = None, tcp: str | None = None, rtu_over_tcp: str | None = None, baud: int | None = None,
         timeout: float | None = None, pause: float | None = None, devices: list[DeviceSettings] | None = None) -> LineSettings:  # fmt: skip
    return LineSettings(
        id="l", serial=serial, tcp=tcp, rtu_over_tcp=rtu_over_tcp, baud=baud, timeout=timeout, pause=pause, devices=devices or DEVICES
    )


def test_the_first_profile_decides_between_modbus_and_a_dialect() -> None:
    radar = line(serial="/dev/null", devices=[DeviceSettings(id="radar", profile=RADAR.profile, asset="a")])
    for settings, kind in ((line(serial="/dev/null"), ModbusDriver), (line(tcp="127.0.0.1:502"), ModbusDriver), (radar, DialectDriver)):
        devices = bound_devices(settings, Binder({}), {one.profile: one for one in (METER, CLIMATE, RADAR)})
        assert [device.id for device in devices] == [device.id for device in settings.devices]
        assert isinstance(build_line(settings, devices, LearnedStore(None), lambda: 0).driver, kind)


@pytest.mark.parametrize(
    ("settings", "whole_seconds"),
    [(line(tcp="127.0.0.1:502"), True), (line(serial="/dev/null"), False), (line(rtu_over_tcp="127.0.0.1:502"), False)],
)
def test_only_tcp_lines_tick_together(settings: LineSettings, whole_seconds: bool) -> None:
    devices = bound_devices(settings, Binder({}), {one.profile: one for one in (METER, CLIMATE)})
    assert build_line(settings, devices, LearnedStore(None), lambda: 0).terms.whole_seconds is whole_seconds


def test_the_cost_of_a_missing_response_includes_the_wait_for_a_late_one() -> None:
    settings = line(serial="/dev/null", timeout=0.4)
    devices = bound_devices(settings, Binder({}), {one.profile: one for one in (METER, CLIMATE)})
    assert build_line(settings, devices, LearnedStore(None), lambda: 0).terms.probe_s == pytest.approx(0.6)


def test_the_sites_baud_rate_and_pause_take_precedence_over_the_profiles() -> None:
    assert (baud_of(line(serial="/dev/null"), METER), baud_of(line(serial="/dev/null", baud=38400), METER)) == (METER.serial.baud, 38400)
    settings = line(serial="/dev/null", baud=9600, pause=0.25)
    timing = rtu_timing(settings, [METER, CLIMATE], 0.5)
    assert timing == (0.5, 0.25, 0.25, character_s(9600, METER.serial.data_bits, METER.serial.parity, METER.serial.stop_bits))
    short = rtu_timing(line(serial="/dev/null", baud=9600, pause=0.0), [METER], 0.5)
    assert short.silence_s == silence_s(9600, short.character_s)


def test_behind_a_device_server_the_speed_is_unknown_and_frames_are_kept_apart_on_the_network() -> None:
    timing = rtu_timing(line(rtu_over_tcp="127.0.0.1:4001", baud=115200, pause=0.0), [METER], 0.5)
    assert timing.character_s == 0.0
    assert timing.silence_s >= 0.01


def test_every_modbus_device_has_its_costs_and_tcp_costs_no_time_for_characters() -> None:
    devices = bound_devices(line(serial="/dev/null"), Binder({}), {one.profile: one for one in (METER, CLIMATE)})
    rtu, tcp = costs_of(line(serial="/dev/null", baud=9600), devices), costs_of(line(tcp="127.0.0.1:502"), devices)
    assert rtu.keys() == tcp.keys() == {"meter", "climate"}
    assert rtu["meter"].read_s(3, 100) - rtu["meter"].read_s(3, 1) > 0.1
    assert tcp["meter"].read_s(3, 100) - tcp["meter"].read_s(3, 1) < 0.01
