"""The committed JSON is what the code renders."""

from pathlib import Path

import pytest
import yaml

from dashboards.render import FOLDER, rendered


def test_every_board_is_rendered_under_the_name_that_grafana_knows() -> None:
    assert rendered().keys() == {"street.json", "fleet.json"}


@pytest.mark.parametrize("name", rendered())
def test_the_committed_json_is_what_the_code_renders(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == rendered()[name], "run: make dashboards"


def test_no_json_is_left_of_a_board_that_is_gone() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == rendered().keys()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("provisioning/*/*.yaml")), ids=lambda path: path.parent.name)
def test_provisioning_files_are_of_version_1(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["apiVersion"] == 1
