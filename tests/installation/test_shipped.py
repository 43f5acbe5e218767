"""What the wheel ships is what is installed."""

import tomllib
from pathlib import Path

import pytest

from gateway.installation.shipped import CENTRE, EDGE, EVERYTHING, PROGRAM, ROLES, shipped_folder, units_in


def test_every_file_that_is_installed_is_shipped() -> None:
    assert {one.source for one in EVERYTHING} <= {path.name for path in shipped_folder().iterdir()}


def test_every_unit_that_is_shipped_can_be_installed() -> None:
    assert {path.name for path in shipped_folder().glob("*.service")} == set(units_in(EVERYTHING))


def test_every_unit_runs_the_program_that_an_installation_replaces() -> None:
    for unit in units_in(EVERYTHING):
        assert f"ExecStart={PROGRAM} " in (shipped_folder() / unit).read_text(), unit


def test_a_gateway_a_centre_and_each_of_its_roles_have_a_unit() -> None:
    assert units_in(EDGE) == ["street-gateway.service"]
    assert units_in(CENTRE) == ["street-central.service", "street-page.service"]
    assert all(len(units_in(files)) == 1 for files in ROLES.values())


def test_the_wheel_has_these_files_in_the_package() -> None:
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {"systemd": "gateway/systemd"}


def test_the_files_are_found_in_the_package_if_it_was_installed_and_beside_it_in_a_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "gateway"
    package.mkdir()
    monkeypatch.setattr("gateway.__file__", str(package / "__init__.py"))
    assert shipped_folder() == tmp_path / "systemd"
    (package / "systemd").mkdir()
    assert shipped_folder() == package / "systemd"
