"""Edits of a site file: exactly the change that was asked for, and no other line."""

import difflib
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.problems import ConfigError, Problems
from gateway.config.tree_to_struct import convert
from gateway.config.yaml_tree import compose
from gateway.model.site.assets import AssetSettings
from gateway.model.site.file import Site
from gateway.model.site.lines import DeviceSettings, LineSettings, RatioSettings, SupplySettings
from gateway.staging.yaml_edit import add_device, add_line, change_device, remove_device, set_asset, set_key
from gateway.staging.yaml_spans import EditError
from tests.config.sites import GOOD
from tests.staging.written_sites import site_texts


def site_of(text: str) -> Site:
    """Return what a text says."""
    problems = Problems("site.yaml")
    root = compose(text, problems)
    assert root is not None, text
    site = convert(root, Site, problems)
    assert site is not None, (problems.found, text)
    return site


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that are no longer there, and those that are new."""
    old, new = before.splitlines(), after.splitlines()
    removed, added = list[str](), list[str]()
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            removed += old[a:b]
            added += new[c:d]
    return removed, added


LABELS = st.text(
    st.characters(codec="utf-8", exclude_characters="\\\u2028\u2029", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12
)
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "unit": st.none() | st.integers(1, 247),
    "every": st.none() | st.sampled_from([0.0, 0.5, 1.0, 10.0, 90.0, 3600.0, 0.123, 86400.0]),
    "asset": st.none() | st.sampled_from(["pl-1", "0042", "true"]),
    "meter": st.none() | st.just("m-7"),
    "reversed": st.booleans(),
    "tags": st.dictionaries(st.sampled_from(["row", "side", "a_b"]), LABELS, max_size=3),
    "channels": st.dictionaries(st.integers(0, 4), st.sampled_from(["pl-1", "pl-2"]), max_size=3),
    "ratio": st.sampled_from(
        [RatioSettings(), RatioSettings(current=Decimal(40)), RatioSettings(current=Decimal("0.5"), voltage=Decimal(200))]
    ),
    "powered_by": st.none() | st.just(SupplySettings(device="d-0-0", point="frequency", above=Decimal("49.5"))),
}
DEVICES = st.builds(
    lambda changes: DeviceSettings(id="new-1", profile="carlo_gavazzi_em340", **changes), st.fixed_dictionaries({}, optional=CHANGES)
)
ASSETS = st.builds(
    AssetSettings, name=st.none() | LABELS, lat=st.none() | st.sampled_from([43.88, -1.0, 0.0]), lon=st.none() | st.floats(-180, 180)
)


def devices_of(text: str) -> list[str]:
    return [device.id for line in site_of(text).lines for device in line.devices]


@settings(max_examples=40)
@given(site_texts(), DEVICES, st.data())
def test_adding_a_line_or_a_device_changes_no_other_line(text: str, device: DeviceSettings, data: st.DataObject) -> None:
    before, line = site_of(text), LineSettings(id="new", serial="/dev/serial/by-path/x:1.0", baud=9600, devices=[device])
    added = add_line(text, line)
    assert site_of(added) == msgspec.structs.replace(before, lines=[*before.lines, line])
    gone, _ = changed_lines(text, added)
    assert all(one.startswith("lines: [") for one in gone), gone
    if before.lines:
        number = data.draw(st.integers(0, len(before.lines) - 1))
        to = before.lines[number]
        lines = list(before.lines)
        lines[number] = msgspec.structs.replace(to, devices=[*to.devices, device])
        extended = add_device(text, to.id, device)
        assert site_of(extended) == msgspec.structs.replace(before, lines=lines)
        gone, _ = changed_lines(text, extended)
        assert all("devices: [" in one for one in gone), gone


@settings(max_examples=40)
@given(site_texts(), st.fixed_dictionaries({}, optional=CHANGES), st.data())
def test_a_change_of_a_device_changes_its_keys_and_no_other_line(text: str, changes: dict[str, Any], data: st.DataObject) -> None:
    before = site_of(text)
    if not before.lines:
        return
    name = data.draw(st.sampled_from(devices_of(text)))
    lines = [
        msgspec.structs.replace(line, devices=[msgspec.structs.replace(one, **changes) if one.id == name else one for one in line.devices])
        for line in before.lines
    ]
    after = change_device(text, name, changes)
    assert site_of(after) == msgspec.structs.replace(before, lines=lines)
    gone, _ = changed_lines(text, after)
    written = [key for key in changes if key in ("tags", "ratio", "powered_by", "channels")]
    assert len(gone) <= 2 * len(changes) + 3 * len(written) + 4, (gone, changes)
    assert not any("id: " in one and name not in one and "devices: [" not in one for one in gone), gone
    comments = [one for one in text.splitlines() if one.lstrip().startswith("#") and "its own note" not in one]
    assert [one for one in after.splitlines() if one.lstrip().startswith("#") and "its own note" not in one] == comments


@settings(max_examples=40)
@given(site_texts(), st.data())
def test_removing_a_device_removes_its_lines_alone(text: str, data: st.DataObject) -> None:
    before = site_of(text)
    if not before.lines:
        return
    name = data.draw(st.sampled_from(devices_of(text)))
    shorter = [msgspec.structs.replace(line, devices=[one for one in line.devices if one.id != name]) for line in before.lines]
    after = remove_device(text, name)
    assert site_of(after) == msgspec.structs.replace(before, lines=[line for line in shorter if line.devices])
    gone, new = changed_lines(text, after)
    others = set(devices_of(after))
    assert not any(f"id: {other}" in one for one in gone for other in others if "devices: [" not in one), gone
    assert len(new) <= 1, new


@settings(max_examples=40)
@given(site_texts(), st.sampled_from(["pl-1", "pl-2", "new-asset"]), ASSETS)
def test_an_asset_is_added_or_changed_alone(text: str, name: str, asset: AssetSettings) -> None:
    before = site_of(text)
    after = set_asset(text, name, asset)
    devices = [device for line in before.lines for device in line.devices]
    expected = before.assets or {one: AssetSettings() for device in devices for one in (device.asset, *device.channels.values()) if one}
    assert site_of(after) == msgspec.structs.replace(before, assets=expected | {name: asset})
    gone, _ = changed_lines(text, after)
    assert not any("id: " in one or "uplink" in one for one in gone)


@settings(max_examples=40)
@given(site_texts(), st.sampled_from(["mqtts://b.example", "mqtts://other.example:8883", ["mqtts://a.example", "mqtts://b.example"]]))
def test_a_key_is_set_by_its_path(text: str, broker: str | list[str]) -> None:
    before = site_of(text)
    assert before.uplink is not None
    after = set_key(text, "uplink.broker", broker)
    expected = tuple(broker) if isinstance(broker, list) else broker
    assert site_of(after) == msgspec.structs.replace(before, uplink=msgspec.structs.replace(before.uplink, broker=expected))
    with_tls = set_key(after, "uplink.tls.ca", "/etc/ca.pem")
    assert site_of(set_key(with_tls, "uplink.tls", None)) == site_of(after)


def test_the_comment_behind_a_value_stays_when_the_value_changes() -> None:
    text = GOOD.replace("baud: 9600", "baud: 9600   # as the meter")
    assert set_key(text, "lines.panel.baud", 19200) == text.replace("9600   #", "19200   #")


def test_a_device_of_a_json_file_is_changed_where_it_is() -> None:
    text = '{"site": "prato", "lines": [{"id": "l", "tcp": "h:1", "devices": [{"id": "d", "profile": "p"}]}]}'
    changed = change_device(text, "d", {"unit": 7})
    assert changed == '{"site": "prato", "lines": [{"id": "l", "tcp": "h:1", "devices": [{"id": "d", "profile": "p", unit: 7}]}]}'
    assert change_device(changed, "d", {"unit": None}) == text


def test_durations_are_written_with_their_units_and_texts_are_left_as_they_are() -> None:
    assert "every: 15min" in change_device(GOOD, "qe-041-dali", {"every": 900.0})
    assert "every: 1h" in change_device(GOOD, "qe-041-dali", {"every": "1h"})


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda: add_line(GOOD, LineSettings(id="dali", devices=[])), "there is a line 'dali' already: choose another name"),
        (lambda: add_device(GOOD, "panle", DeviceSettings(id="n", profile="p")), "there is no line 'panle'; did you mean 'panel'?"),
        (lambda: add_device(GOOD, "dali", DeviceSettings(id="qe-041-meter", profile="p")), "there is a device 'qe-041-meter' already"),
        (lambda: change_device(GOOD, "qe-041-metr", {"unit": 1}), "there is no device 'qe-041-metr'; did you mean 'qe-041-meter'"),
        (lambda: change_device(GOOD, "qe-041-meter", {"units": 1}), "a device has no 'units'; did you mean 'unit'?"),
        (lambda: remove_device(GOOD, "x"), "there is no device 'x'"),
        (lambda: set_key(GOOD, "site.x", 1), "'site' has no 'x'"),
        (lambda: set_key(GOOD, "lines.x.baud", 1), "there is no 'x' in lines"),
        (lambda: add_line("", LineSettings(id="l", devices=[])), "the file is empty"),
    ],
)
def test_what_is_not_there_is_told_with_the_most_similar_name(edit: Any, says: str) -> None:
    with pytest.raises(EditError) as error:
        edit()
    assert says in str(error.value)


def test_what_is_no_yaml_is_not_edited() -> None:
    with pytest.raises(ConfigError):
        add_line("site: [", LineSettings(id="l", devices=[]))


def test_a_part_that_is_repeated_elsewhere_is_not_edited_behind_its_back() -> None:
    text = GOOD.replace("{id: qe-041-meter,", "{id: qe-041-meter, tags: &t {row: left},").replace("channels: {0: pl-0001}", "tags: *t")
    with pytest.raises(EditError, match=r"can't be changed alone: edit the file by hand"):
        change_device(text, "qe-041-dali", {"tags": {"row": "right"}})
