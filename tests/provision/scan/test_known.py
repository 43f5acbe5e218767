from collections.abc import Sequence

from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.findings import Badge, Candidate, Found, Identification
from gateway.provision.scan.known import SiteDevice, SiteLine, missing, profiles_of, remarks, serial_of, site_line
from tests.provision.products import LIBRARY

AT_9600 = SerialSettings(9600, 8, "N", 1)
METER = SiteLine((SiteDevice("em-5", 5, "meter"),), AT_9600)


def device(unit: int, profile: str | None = "meter", number: str | None = None, settings: str = "9600 8N1") -> Found:
    candidates = [Candidate(profile=profile, vendor="v", model="m", serial_number=number)] if profile else []
    return Found(unit=unit, settings=settings, identification=Identification(candidates=candidates))


def badges(found: Found, site: SiteLine | None = METER, before: Sequence[Found] = ()) -> list[Badge]:
    return [one.badge for one in remarks(found, site, before, [])]


def said(found: Found, site: SiteLine | None = None, earlier: Sequence[Found] = ()) -> list[str]:
    return [one.sentence.en for one in remarks(found, site, [], earlier)]


def test_a_device_of_the_site_file_is_known_and_others_are_new() -> None:
    assert said(device(5), METER) == ["known: em-5"]
    assert badges(device(5)) == ["known"]
    assert badges(device(6)) == ["new"]
    assert badges(device(6), SiteLine()) == ["new"]


def test_without_a_site_file_nothing_is_new_or_known() -> None:
    assert badges(device(5), None) == []


def test_a_device_without_candidates_at_a_known_address_is_known() -> None:
    assert badges(device(5, None)) == ["known"]


def test_another_product_at_a_known_address_was_replaced() -> None:
    assert badges(device(5, "relay")) == ["replaced"]
    (note,) = said(device(5, "relay"), METER)
    assert note == "the site file has em-5 (meter) at this address, but this is another product: replaced, or a wrong profile"


def test_a_device_of_the_site_file_at_other_settings_has_a_wrong_setting() -> None:
    assert badges(device(5, settings="19200 8E1")) == ["wrong_setting"]
    (note,) = said(device(5, settings="19200 8E1"), METER)
    assert note.startswith("em-5 responds at 19200 8E1, but the site file's line has 9600 8N1: ")


def test_a_new_device_at_other_settings_is_new_and_has_a_wrong_setting() -> None:
    assert badges(device(6, settings="19200 8N1")) == ["new", "wrong_setting"]
    assert badges(device(5, "relay", settings="19200 8N1")) == ["new", "wrong_setting"]


def test_stop_bits_alone_are_no_wrong_setting() -> None:
    assert badges(device(5, settings="9600 8N2")) == ["known"]


def test_two_devices_with_one_address_at_different_settings_are_duplicates_to_be() -> None:
    assert badges(device(5, settings="19200 8N1"), before=[device(5)]) == ["new", "wrong_setting", "duplicate"]
    assert badges(device(5, settings="9600 8N2"), before=[device(5)]) == ["known"]


def test_an_address_whose_responses_are_unreadable_is_used_by_two() -> None:
    found = device(6, None)
    found.garbled = True
    assert badges(found) == ["new", "duplicate"]


def test_instruments_without_an_address_are_no_duplicates() -> None:
    found = Found(unit=None, settings="19200 8N1", how="query")
    assert badges(found, None, before=[Found(unit=None, settings="9600 8N1", how="query")]) == []


def test_a_device_that_moved_is_recognised_by_its_serial_number() -> None:
    earlier = [device(5, number="S1")]
    assert said(device(9, number="S1"), None, earlier) == ["moved: serial number S1 was at unit 5 in the last scan"]
    assert [one.badge for one in remarks(device(9, number="S1"), METER, [], earlier)] == ["new", "moved"]


def test_a_replaced_device_is_recognised_by_its_serial_number() -> None:
    found, earlier = device(5, number="S2"), [device(5, number="S1")]
    assert said(found, None, earlier) == ["replaced: the serial number was S1 in the last scan, and is S2"]
    assert [one.badge for one in remarks(found, METER, [], earlier)] == ["known", "replaced"]


def test_equal_serial_numbers_of_different_products_mean_nothing() -> None:
    assert said(device(9, number="1"), None, [device(5, "relay", number="1")]) == []


def test_nothing_is_said_about_a_device_that_stayed_or_has_no_serial_number() -> None:
    assert said(device(5, number="S1"), None, [device(5, number="S1")]) == []
    assert said(device(5), None, [device(5)]) == []


def test_silent_devices_are_listed_with_where_they_may_be() -> None:
    site = [SiteDevice("em-5", 5, "meter"), SiteDevice("em-6", 6, "meter"), SiteDevice("re-1", 1, "relay")]
    moved, gone = missing([device(6), device(9)], site)
    assert moved.sentence.en == "em-5 (5) did not respond; it may have moved to unit 9, where the site file has no device"
    assert (moved.device, moved.unit, moved.moved_to) == ("em-5", 5, [9])
    assert gone.sentence.en == "re-1 (1) did not respond"
    assert gone.moved_to == []


def test_the_units_of_a_line_are_the_sites_or_the_products() -> None:
    devices = [
        DeviceSettings(id="a", profile="eastron_sdm120", unit=7),
        DeviceSettings(id="b", profile="dfrobot_sen0482"),
        DeviceSettings(id="c", profile="agd_315"),
    ]
    profiles = {one.profile: LIBRARY.get(one.profile) for one in devices}
    line = site_line(LineSettings(id="l", serial="/dev/x", devices=devices), profiles)
    assert [one.unit for one in line.devices] == [7, 2, None]
    assert line.settings is not None
    assert site_line(LineSettings(id="l", tcp="192.0.2.1:502", devices=devices), profiles).settings is None
    assert site_line(None, {}) == SiteLine()


def test_products_and_serial_number_are_those_of_the_candidates() -> None:
    assert profiles_of(device(1, "meter", "S")) == ["meter"]
    assert serial_of(device(1, "meter", "S")) == "S"
    assert serial_of(device(1, None)) is None
