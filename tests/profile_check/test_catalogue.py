"""The catalogue of supported products."""

import msgspec

from gateway.profile_check.catalogue import catalogue, count_by_kind, devices_page, transport_of
from tests.profiles.library import LIBRARY

EVERY = [LIBRARY.get(name) for name in LIBRARY.names]


def test_products_are_sorted_by_kind_vendor_and_name() -> None:
    entries = catalogue(EVERY)
    assert [(one.kind, one.vendor, one.name) for one in entries] == sorted((one.kind, one.vendor, one.profile) for one in EVERY)
    assert {one.kind for one in catalogue(EVERY, "weather")} == {"weather"}


def test_uncertain_facts_of_the_product_and_of_its_points_are_counted() -> None:
    profile = msgspec.structs.replace(LIBRARY.get("xy_md02"), uncertain=["the speed", "the name"])
    (entry,) = catalogue([profile])
    assert (entry.uncertain, entry.points, entry.examples, entry.confidence) == (3, 6, 4, "high")


def test_a_product_speaks_what_its_profile_describes() -> None:
    spoken = {name: transport_of(LIBRARY.get(name)) for name in ("xy_md02", "lufft_ws600_umb", "vaisala_wxt536", "nova_sds011")}
    assert list(spoken.values()) == ["Modbus", "UMB", "text lines", "binary frames"]


def test_the_page_has_a_count_and_a_table_for_each_kind() -> None:
    profile = LIBRARY.get("xy_md02")
    source = msgspec.structs.replace(profile.sources[0], ref="a|b")
    entries = catalogue([msgspec.structs.replace(profile, sources=[source], points=profile.points[:2])])
    page = devices_page(entries)
    assert "| [weather](#weather) | 1 |\n| all | 1 |\n" in page
    assert "\n## weather\n\n| vendor |" in page
    assert page.endswith(f"| generic (XY) | {profile.model} | `xy_md02` | Modbus | 2 | 4 | high |  | a\\|b |\n")
    assert count_by_kind(entries) == {"weather": 1}
