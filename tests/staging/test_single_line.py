"""Of a changed site file, the changes of one line: exactly those, and the rest as it was."""

import pytest

from gateway.config.problems import ConfigError
from gateway.config.site_file import site_of_text
from gateway.staging.difference import differences
from gateway.staging.ledger import ChangeRefused
from gateway.staging.single_line import changed_lines, only_lines
from gateway.staging.yaml_edit import change_device, set_key

TEXT = """\
# Prato
site: prato
operator: citelum
gateway: gw-1
uplink: {broker: "mqtt://127.0.0.1:9"}
journal: {path: /tmp/journal.sqlite}
lines:
  - id: north   # behind the kiosk
    serial: /dev/ttyUSB0
    baud: 9600
    devices:
      - {id: n-1, profile: xy_md02, unit: 1, asset: a-1}   # on the roof
      - {id: n-2, profile: xy_md02, unit: 2, asset: a-2}
  - id: south
    tcp: 127.0.0.1:502
    devices:
      - {id: s-1, profile: xy_md02, unit: 1, asset: a-3}
"""

CHANGED = """\
site: prato
operator: citelum
gateway: gw-1
uplink: {broker: "mqtt://127.0.0.1:10"}
journal: {path: /tmp/journal.sqlite}
lines:
  - id: north
    serial: /dev/ttyUSB1
    parity: E
    devices:
      - {id: n-1, profile: xy_md02, unit: 7, asset: a-1}
      - {id: n-3, profile: xy_md02, unit: 3, asset: a-4}
  - id: south
    tcp: 127.0.0.1:503
    devices:
      - {id: s-1, profile: xy_md02, unit: 1, asset: a-3}
  - id: west
    tcp: 127.0.0.1:504
    devices:
      - {id: w-1, profile: xy_md02, unit: 1, asset: a-5}
"""

ASSETS = """\
assets:
  a-1: {name: Roof}
  a-3: {name: Yard, lat: 43.88, lon: 11.09}
  a-4: {}
  a-5: {}
"""


def said(before: str, after: str) -> set[str]:
    sites = [site_of_text(one, "site.yaml").site for one in (before, after)]
    return {one.english for one in differences(*sites)}


def test_the_lines_that_differ_are_those_with_other_keys_or_devices() -> None:
    before, after = (site_of_text(one, "site.yaml").site for one in (TEXT, CHANGED))
    assert changed_lines(before, after) == ["north", "south", "west"]
    assert changed_lines(before, before) == []


def test_one_line_changes_with_its_devices_and_keeps_its_comments() -> None:
    part = only_lines(TEXT, CHANGED, ["north"])
    assert said(TEXT, part) == {one for one in said(TEXT, CHANGED) if "north" in one or "n-" in one}
    assert part.startswith(TEXT.partition("    serial")[0])
    assert "unit: 7, asset: a-1}   # on the roof" in part
    assert part.endswith(TEXT.partition("  - id: south")[2])


def test_what_is_left_is_the_rest_and_all_lines_after_each_other_are_everything_but_other_keys() -> None:
    part = TEXT
    for line in ("west", "north", "south"):
        part = only_lines(part, CHANGED, [line])
    assert said(part, CHANGED) == {'key uplink broker: "mqtt://127.0.0.1:9" → "mqtt://127.0.0.1:10"'}
    assert said(only_lines(TEXT, CHANGED, ["north", "south", "west"]), part) == set()


def test_a_line_that_was_removed_goes_alone() -> None:
    gone = TEXT.partition("  - id: south")[0]
    other = change_device(gone, "n-1", {"unit": 9})
    assert only_lines(TEXT, other, ["south"]) == gone


def test_if_nothing_else_is_changed_the_changed_text_is_taken_with_its_comments() -> None:
    changed = change_device(TEXT, "n-1", {"unit": 9}).replace("# Prato", "# Prato, kiosk 7")
    assert only_lines(TEXT, changed, ["north"]) == changed
    assert only_lines(TEXT, CHANGED, []) == CHANGED


def test_assets_come_with_the_line_that_names_them() -> None:
    changed = CHANGED + ASSETS
    first = only_lines(TEXT, changed, ["south"])
    assert {one for one in said(TEXT, first) if one.startswith("asset")} == {"asset a-1 added", "asset a-2 added", "asset a-3 added"}
    listed = TEXT + "assets: {a-1: {}, a-2: {}, a-3: {}}\n"
    assert {one for one in said(listed, only_lines(listed, changed, ["south"])) if one.startswith("asset")} == {
        "asset a-3 name: - → Yard", "asset a-3 lat: - → 43.88", "asset a-3 lon: - → 11.09",
    }  # fmt: skip
    assert "asset a-5 added" in said(listed, only_lines(listed, changed, ["west"]))


def test_a_line_without_changes_and_an_unknown_one_are_refused_with_those_that_have_some() -> None:
    changed = set_key(TEXT, "lines.south.tcp", "127.0.0.1:503")
    for name in ("north", "nrth"):
        with pytest.raises(ChangeRefused, match=f"nothing of line '{name}' is changed; changed are: south") as refused:
            only_lines(TEXT, changed, [name])
        assert refused.value.it == f"nulla cambia nella linea '{name}'; cambiano: south"


def test_a_device_that_moves_needs_both_lines() -> None:
    moved = (
        TEXT.replace("      - {id: n-2, profile: xy_md02, unit: 2, asset: a-2}\n", "")
        + "      - {id: n-2, profile: xy_md02, unit: 2, asset: a-2}\n"
    )
    with pytest.raises(ConfigError, match="n-2"):
        site_of_text(only_lines(TEXT, moved, ["south"]), "site.yaml")
    assert only_lines(TEXT, moved, ["north", "south"]) == moved


def test_an_invalid_text_is_left_to_who_applies_it() -> None:
    assert only_lines(TEXT, "site: [", ["north"]) == "site: ["
    with pytest.raises(ConfigError):
        only_lines("site: [", TEXT, ["north"])
