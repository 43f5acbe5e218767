from gateway.model.site import DeviceSettings, LineSettings
from gateway.provision.findings import Candidate, Found, Identification
from gateway.provision.scan.known import SiteDevice, missing, notes, profiles_of, serial_of, site_devices
from tests.provision.products import LIBRARY


def device(unit: int, profile: str | None = "meter", number: str | None = None, settings: str = "9600 8N1") -> Found:
    candidates = [Candidate(profile=profile, vendor="v", model="m", serial_number=number)] if profile else []
    return Found(unit=unit, settings=settings, identification=Identification(candidates=candidates))


def said(found: Found, site: list[SiteDevice], earlier: list[Found]) -> list[str]:
    return [note.en for note in notes(found, site, earlier)]


def test_a_device_of_the_site_file_is_known() -> None:
    assert said(device(5), [SiteDevice("em-5", 5, "meter")], []) == ["known: em-5"]
    assert said(device(6), [SiteDevice("em-5", 5, "meter")], []) == []


def test_a_device_without_candidates_at_a_known_address_is_known() -> None:
    assert said(device(5, None), [SiteDevice("em-5", 5, "meter")], []) == ["known: em-5"]


def test_another_product_at_a_known_address_is_reported() -> None:
    (note,) = said(device(5, "relay"), [SiteDevice("em-5", 5, "meter")], [])
    assert note == "the site file has em-5 (meter) at this address, but this is another product: replaced, or a wrong profile"


def test_a_device_that_moved_is_recognised_by_its_serial_number() -> None:
    assert said(device(9, number="S1"), [], [device(5, number="S1")]) == ["moved: serial number S1 was at unit 5 in the last scan"]


def test_a_replaced_device_is_recognised_by_its_serial_number() -> None:
    assert said(device(5, number="S2"), [], [device(5, number="S1")]) == ["replaced: the serial number was S1 in the last scan, and is S2"]


def test_equal_serial_numbers_of_different_products_mean_nothing() -> None:
    assert said(device(9, number="1"), [], [device(5, "relay", number="1")]) == []


def test_nothing_is_said_about_a_device_that_stayed_or_has_no_serial_number() -> None:
    assert said(device(5, number="S1"), [], [device(5, number="S1")]) == []
    assert said(device(5), [], [device(5)]) == []


def test_devices_that_did_not_respond_are_listed_with_where_they_may_be() -> None:
    site = [SiteDevice("em-5", 5, "meter"), SiteDevice("em-6", 6, "meter"), SiteDevice("re-1", 1, "relay")]
    found = [device(6), device(9)]
    assert [one.en for one in missing(found, site)] == [
        "em-5 (5) did not respond; it may have moved to unit 9, where the site file has no device",
        "re-1 (1) did not respond",
    ]


def test_the_units_of_a_line_are_the_sites_or_the_products() -> None:
    devices = [
        DeviceSettings(id="a", profile="eastron_sdm120", unit=7),
        DeviceSettings(id="b", profile="dfrobot_sen0482"),
        DeviceSettings(id="c", profile="agd_315"),
    ]
    profiles = {one.profile: LIBRARY.get(one.profile) for one in devices}
    line = LineSettings(id="l", serial="/dev/x", devices=devices)
    assert [one.unit for one in site_devices(line, profiles)] == [7, 2, None]


def test_products_and_serial_number_are_those_of_the_candidates() -> None:
    assert profiles_of(device(1, "meter", "S")) == ["meter"]
    assert serial_of(device(1, "meter", "S")) == "S"
    assert serial_of(device(1, None)) is None
