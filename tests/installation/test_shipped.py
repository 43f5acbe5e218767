"""What the wheel ships is what is installed."""

import tomllib
from pathlib import Path

import pytest

from gateway.installation.shipped import CENTRE, EDGE, EVERYTHING, PROGRAM, ROLES, services_in, shipped_folder, started_as, units_in


def test_every_file_that_is_installed_is_shipped() -> None:
    assert {one.source for one in EVERYTHING} <= {path.name for path in shipped_folder().iterdir()}


def test_every_unit_that_is_shipped_can_be_installed() -> None:
    shipped = {path.name for kind in ("service", "timer", "path") for path in shipped_folder().glob(f"*.{kind}")}
    assert shipped == set(units_in(EVERYTHING))


def test_every_service_runs_the_program_that_an_installation_replaces() -> None:
    for unit in units_in(EVERYTHING):
        if unit.endswith(".service"):
            assert f"ExecStart={PROGRAM} " in (shipped_folder() / unit).read_text(), unit


def test_a_gateway_a_centre_and_each_of_its_roles_have_services_that_run_all_the_time() -> None:
    assert [started_as(one) for one in services_in(EDGE)] == [("street-gateway", "/etc/street-gateway/site.yaml")]
    assert [started_as(one)[0] for one in services_in(CENTRE)] == ["street-central", "street-page"]
    assert [started_as(one) for files in ROLES.values() for one in services_in(files)] == [
        ("street-ingest@worker-1", "/etc/street-gateway/worker-1.yaml"),
        ("street-city", "/etc/street-gateway/centre.yaml"),
        ("street-alarms", "/etc/street-gateway/centre.yaml"),
        ("street-analytics", "/etc/street-gateway/centre.yaml"),
        ("street-firmware", "/etc/street-gateway/centre.yaml"),
        ("street-situation", "/etc/street-gateway/centre.yaml"),
        ("street-page", "/etc/street-gateway/centre.yaml"),
        ("street-trust", "/etc/street-gateway/trust.yaml"),
    ]


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
