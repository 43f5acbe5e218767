from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.provision.scan.plan import (
    ALL_UNITS,
    FIRST_UNITS,
    Leg,
    ScanPlace,
    all_settings,
    digest,
    leg_s,
    listening_settings,
    probe_timing,
    remaining,
    remaining_s,
    serial_legs,
    server_legs,
    settings_text,
    silent_probe_s,
    tcp_legs,
)
from tests.provision.products import PROFILES

QUICK, FULL = serial_legs(PROFILES, full=False), serial_legs(PROFILES, full=True)
UNITS = st.lists(st.integers(1, 255), min_size=1, max_size=60, unique=True)


def steps(legs: Sequence[Leg]) -> list[tuple[SerialSettings | None, int]]:
    return [(leg.settings, unit) for leg in legs for unit in leg.units]


@given(UNITS)
def test_a_full_scan_tries_every_setting_and_address_exactly_once(units: list[int]) -> None:
    tried = steps(serial_legs(PROFILES, full=True, units=units))
    assert len(tried) == len(set(tried))
    assert {(one, unit) for one in all_settings() for unit in units} <= set(tried)


def test_a_full_scan_tries_all_addresses_without_being_told() -> None:
    assert {(one, unit) for one in all_settings() for unit in ALL_UNITS} <= set(steps(FULL))


def test_a_full_scan_begins_as_a_quick_one_does() -> None:
    assert FULL[: len(QUICK)] == QUICK


def test_the_commonest_settings_come_first() -> None:
    assert [settings_text(leg.settings) for leg in QUICK[:2] if leg.settings] == ["9600 8N1", "9600 8N2"]
    assert settings_text(all_settings()[0]) == "9600 8N1"


def test_a_quick_scan_finds_every_product_of_the_library_as_it_leaves_the_factory() -> None:
    tried = set(steps(QUICK))
    for profile in PROFILES:
        serial = profile.serial
        settings = SerialSettings(serial.baud, serial.data_bits, serial.parity, serial.stop_bits)
        if profile.modbus is not None:
            assert (settings, profile.modbus.unit) in tried
    assert all((QUICK[0].settings, unit) in tried for unit in FIRST_UNITS)


def test_every_instrument_with_a_query_is_asked_once_and_before_addresses_are_tried_at_its_settings() -> None:
    asked = [name for leg in FULL for name in leg.queries]
    assert sorted(asked) == sorted(set(asked))
    assert {"omnipresense_ops243", "nova_sds011", "lufft_ws600_umb", "lunatone_dali_sci_rs232"} <= set(asked)
    for leg in FULL:
        if leg.queries:
            assert next(one for one in FULL if one.settings == leg.settings) is leg


def test_instruments_that_send_by_themselves_are_not_asked() -> None:
    assert "plantower_pms5003" not in {name for leg in FULL for name in leg.queries}
    assert SerialSettings(256000, 8, "N", 1) in listening_settings(PROFILES, QUICK)


@given(UNITS, st.booleans(), st.data())
def test_a_resumed_scan_tries_exactly_what_was_left(units: list[int], full: bool, data: st.DataObject) -> None:
    legs = serial_legs(PROFILES, full=full, units=units)
    number = data.draw(st.integers(0, len(legs) - 1))
    done = data.draw(st.integers(0, len(legs[number].units)))
    before = steps(legs[:number]) + [(legs[number].settings, unit) for unit in legs[number].units[:done]]
    rest = steps([leg for _, leg, _ in remaining(legs, ScanPlace(number, done))])
    assert before + rest == steps(legs)


def test_on_tcp_only_addresses_are_tried() -> None:
    assert steps(tcp_legs(PROFILES, full=False, units=[7, 3])) == [(None, 3), (None, 7)]
    assert sorted(unit for _, unit in steps(tcp_legs(PROFILES, full=True))) == sorted({*ALL_UNITS, 254})


@pytest.mark.parametrize(("baud", "silence_s"), [(9600, 3.5 * 10 / 9600), (1200, 3.5 * 10 / 1200), (115200, 0.00175)])
def test_silence_and_time_out_follow_from_the_baud_rate(baud: int, silence_s: float) -> None:
    settings = SerialSettings(baud, 8, "N", 1)
    timing = probe_timing(settings)
    assert timing.silence_s == pytest.approx(silence_s)
    assert timing.timeout_s == pytest.approx(0.1 + 0.016 + 5 * 10 / baud)
    assert silent_probe_s(settings) == pytest.approx(silence_s + 8 * 10 / baud + timing.timeout_s)


def test_the_time_left_is_that_of_what_is_left() -> None:
    assert remaining_s(QUICK, ScanPlace(0, 0)) == pytest.approx(sum(leg_s(leg) for leg in QUICK))
    assert remaining_s(QUICK, ScanPlace(len(QUICK), 0)) == 0
    assert remaining_s(QUICK, ScanPlace(1, 5)) < remaining_s(QUICK, ScanPlace(1, 0))
    assert leg_s(Leg(None, (1, 2)), reaction_s=0.5) == 1.0


def test_the_settings_and_addresses_of_the_site_file_come_first() -> None:
    own = SerialSettings(4800, 8, "E", 2)
    legs = serial_legs(PROFILES, full=False, own=[99], at=own)
    assert legs[0].settings == own
    assert 99 in legs[0].units
    full = steps(serial_legs(PROFILES, full=True, own=[99], at=own))
    assert len(full) == len(set(full))


def test_the_digest_differs_for_different_plans() -> None:
    assert digest(QUICK) != digest(FULL)
    assert digest(QUICK) == digest(serial_legs(PROFILES, full=False))


def test_a_device_server_is_asked_every_query_at_its_own_settings() -> None:
    first, rest = server_legs(PROFILES, full=True, units=[1, 200])
    asked = {name for leg in serial_legs(PROFILES, full=False) for name in leg.queries}
    assert set(first.queries) == asked
    assert (first.settings, first.units) == (None, (1,))
    assert rest == Leg(None, (200,))
    assert listening_settings(PROFILES, [first]) == [None]
    assert probe_timing(None, 0.5).timeout_s == 0.5
