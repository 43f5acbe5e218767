"""Devices and their assets are added to a site file, and copied."""

import pytest

from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.commission.additions import Addition, CopyError, added, all_added, channel_assets, copies
from gateway.staging.yaml_spans import EditError
from tests.provision.commission.sites import TEXT, loaded
from tests.provision.products import LIBRARY

SITE = loaded().site
METER = DeviceSettings(id="qe-042-meter", profile="eastron_sdm630", unit=4, asset="qe-042")


def test_a_device_and_its_asset_are_added_and_comments_stay() -> None:
    text = added(TEXT, SITE, Addition(SITE.lines[0], METER, AssetSettings(name="Via Po", lat=43.9, lon=11.1)))
    after = loaded(text).site
    assert after.lines[0].devices[1] == METER
    assert after.assets["qe-042"] == AssetSettings(name="Via Po", lat=43.9, lon=11.1)
    assert text.startswith(TEXT[: TEXT.index("assets:")].rstrip("\n"))


def test_a_new_line_is_added_with_its_device() -> None:
    line = LineSettings(id="new", serial="/dev/ttyUSB1", baud=19200, devices=[METER])
    after = loaded(added(TEXT, SITE, Addition(line, METER, AssetSettings()))).site
    assert (after.lines[1].id, after.lines[1].baud, after.lines[1].devices) == ("new", 19200, [METER])


def test_what_is_known_of_an_asset_stays() -> None:
    second = DeviceSettings(id="qe-041-weather", profile="xy_md02", unit=5, asset="qe-041")
    after = loaded(added(TEXT, SITE, Addition(SITE.lines[0], second, AssetSettings(lat=43.0, lon=11.0)))).site
    assert after.assets["qe-041"] == AssetSettings(name="Via Roma", lat=43.0, lon=11.0)
    lit = TEXT.replace("lat: 43.88, lon: 11.09}", "lat: 43.88, lon: 11.09, lighting: {lamps: 4, lamp_power: 60}}")
    moved = loaded(added(lit, loaded(lit).site, Addition(SITE.lines[0], second, AssetSettings(lat=43.0)))).site.assets["qe-041"]
    assert moved.lighting == loaded(lit).site.assets["qe-041"].lighting is not None
    untouched = added(TEXT, SITE, Addition(SITE.lines[0], second))
    assert "qe-041: {name: Via Roma, lat: 43.88, lon: 11.09}" in untouched


def test_a_site_without_assets_gets_none_unless_something_is_known() -> None:
    text = TEXT[: TEXT.index("assets:")]
    assert "assets:" not in added(text, loaded(text).site, Addition(SITE.lines[0], METER))
    after = loaded(added(text, loaded(text).site, Addition(SITE.lines[0], METER, AssetSettings(lat=1.0, lon=2.0)))).site
    assert set(after.assets) == {"qe-041", "qe-042"}


def test_the_channels_of_a_product_get_numbered_assets_or_those_that_are_given() -> None:
    relay = LIBRARY.get("wirenboard_mr6c")
    assert channel_assets(relay, "qe-041", {}) == {channel: f"qe-041-{channel + 1}" for channel in range(6)}
    assert channel_assets(relay, "qe-041", {2: "ic-9"}) == {2: "ic-9"}
    assert channel_assets(LIBRARY.get("eastron_sdm630"), "qe-041", {}) == {}


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(EditError, match="already"):
        added(TEXT, SITE, Addition(SITE.lines[0], DeviceSettings(id="qe-041-meter", profile="eastron_sdm630", unit=9)))


def test_copies_have_the_next_free_addresses_and_names() -> None:
    text = all_added(TEXT, SITE, copies(SITE, "qe-041-meter", 3))
    devices = loaded(text).site.lines[0].devices
    assert [(one.id, one.unit, one.asset) for one in devices] == [
        ("qe-041-meter", 3, "qe-041"), ("qe-042-meter", 4, "qe-042"), ("qe-043-meter", 5, "qe-043"), ("qe-044-meter", 6, "qe-044"),
    ]  # fmt: skip
    again = copies(loaded(text).site, "qe-041-meter", 1)
    assert (again[0].device.id, again[0].device.unit) == ("qe-045-meter", 7)


def test_copies_begin_at_an_address_and_with_assets_that_are_given() -> None:
    found = copies(SITE, "qe-041-meter", 2, unit=100, assets=["a-1", "b-2"])
    assert [(one.device.unit, one.device.asset) for one in found] == [(100, "a-1"), (101, "b-2")]


@pytest.mark.parametrize(
    ("device", "times", "keys", "what"),
    [
        ("no-such", 1, {}, "no device"),
        ("qe-041-meter", 0, {}, "copies are not possible"),
        ("qe-041-meter", 2, {"assets": ["one"]}, "need 2 assets"),
        ("qe-041-meter", 5, {"unit": 245}, "only 3 free"),
    ],
)
def test_copies_that_are_not_possible_say_why(device: str, times: int, keys: dict[str, object], what: str) -> None:
    with pytest.raises(CopyError, match=what):
        copies(SITE, device, times, **keys)  # type: ignore[arg-type]


def test_a_device_without_an_address_or_with_channels_is_not_copied() -> None:
    plain = loaded(TEXT.replace(", unit: 3", "")).site
    with pytest.raises(CopyError, match="no 'unit'"):
        copies(plain, "qe-041-meter", 1)
    channels = loaded(
        TEXT.replace("profile: eastron_sdm630, unit: 3, asset: qe-041", "profile: wirenboard_mr6c, unit: 3, channels: {0: qe-041}")
    )
    with pytest.raises(CopyError, match="channels"):
        copies(channels.site, "qe-041-meter", 1)
