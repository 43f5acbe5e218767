"""Differences in words."""

from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.staging.difference import Difference, differences, unified_diff
from gateway.staging.yaml_edit import add_line, change_device, remove_device, set_asset, set_key
from tests.config.sites import GOOD
from tests.staging.test_yaml_edit import site_of


def test_each_line_device_asset_and_key_that_differs_is_named() -> None:
    text = add_line(GOOD, LineSettings(id="new", tcp="h:1", devices=[DeviceSettings(id="n-1", profile="xy_md02")]))
    text = change_device(text, "qe-041-meter", {"every": 60.0, "unit": 3, "meter": "7"})
    text = set_key(set_key(text, "uplink.confirm", "broker"), "lines.panel.baud", 19200)
    text = set_asset(remove_device(text, "qe-041-dali"), "qe-041", AssetSettings(name="Quadro 41"))
    assert [one.english for one in differences(site_of(GOOD), site_of(text))] == [
        "line panel baud: 9600 → 19200",
        "line dali removed",
        "line new added",
        "device qe-041-meter unit: 1 → 3",
        "device qe-041-meter every: 10s → 1min",
        'device qe-041-meter meter: - → "7"',
        "device qe-041-dali removed",
        "device n-1 added",
        "asset qe-041 lat: 43.88 → -",
        "asset qe-041 lon: 11.1 → -",
        "key uplink confirm: - → broker",
    ]


def test_differences_are_told_in_italian_too() -> None:
    assert Difference("device", "d", "removed").italian == "dispositivo d rimosso"
    assert Difference("asset", "qe-041", "added").italian == "apparato qe-041 aggiunto"
    assert Difference("line", "street", "changed").italian == "linea street cambiata"
    assert Difference("key", "gateway", "changed", "", "a", "b").english == "key gateway a → b"


def test_a_device_that_moves_to_another_line_is_the_same_device() -> None:
    moved = GOOD.replace(
        "      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}\n",
        "      - {id: x, profile: xy_md02}\n",
    )
    moved += "      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}\n"
    assert [one.english for one in differences(site_of(GOOD), site_of(moved))] == [
        "device qe-041-meter line: panel → dali",
        "device x added",
    ]


def test_the_diff_of_the_lines_is_cut_off_where_nobody_reads_it() -> None:
    assert unified_diff("a\nb\n", "a\nc\n", "site.yaml") == "--- site.yaml (now)\n+++ site.yaml (changed)\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert unified_diff("a\n" * 5000, "b\n" * 5000, "f").endswith("…\n")
    assert unified_diff("a\n", "a\n", "f") == ""
