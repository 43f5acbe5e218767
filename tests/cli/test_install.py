"""`gateway install`: one command puts a gateway or a centre in place. Needs root, as owners are set."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main


def install(root: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["install", *arguments, "--root", str(root)])
    return done.exit_code, done.output


def units(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "etc/systemd/system").glob("*.service"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["edge"],
            [
                "street-backup.service",
                "street-first-boot.service",
                "street-gateway.service",
                "street-recovery.service",
                "street-update.service",
            ],
        ),
        (["central"], ["street-central-backup.service", "street-central.service", "street-page.service"]),
        (["central", "--role", "ingest", "--role", "city"], ["street-city.service", "street-ingest@.service"]),
        (["central", "--role", "alarms"], ["street-alarms.service"]),
        (["central", "--role", "analytics"], ["street-analytics.service"]),
        (["central", "--role", "firmware"], ["street-firmware.service"]),
        (["central", "--role", "page"], ["street-page.service"]),
        (["central", "--role", "trust"], ["street-broker-certificate@.service", "street-trust.service"]),
    ],
    ids=" ".join,
)
def test_each_part_gets_its_units_and_says_what_comes_next(arguments: list[str], expected: list[str], tmp_path: Path) -> None:
    code, output = install(tmp_path, *arguments)
    assert code == 0, output
    assert units(tmp_path) == expected
    assert "created: user street-gateway\n" in output
    last = output.splitlines()[-1]
    assert last.startswith("next: write /etc/street-gateway/")
    occasional = (
        "street-backup",
        "street-central-backup",
        "street-first-boot",
        "street-recovery",
        "street-broker-certificate@",
        "street-update",
    )
    assert all((unit.removesuffix(".service").rstrip("@") in last) is not unit.startswith(occasional) for unit in expected)


@pytest.mark.parametrize(
    ("arguments", "file", "unit"),
    [
        (["edge"], "site.yaml", "street-gateway"),
        (["central", "--role", "city"], "centre.yaml", "street-city"),
        (["central", "--role", "ingest"], "worker-1.yaml", "street-ingest@worker-1"),
        (["central", "--role", "trust"], "trust.yaml", "street-trust"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_it_says_which_site_file_to_write_and_after_an_upgrade_to_restart(
    arguments: list[str], file: str, unit: str, tmp_path: Path
) -> None:
    settings = f"/etc/street-gateway/{file}"
    first = install(tmp_path, *arguments)[1].splitlines()[-1]
    assert first == f"next: write {settings}, check with 'gateway check', then: systemctl enable --now {unit}"
    (tmp_path / settings.lstrip("/")).write_text("site: prato\n")
    again = install(tmp_path, *arguments)[1].splitlines()[-1]
    assert again == f"next: check {settings} with 'gateway check', then: systemctl enable {unit} && systemctl restart {unit}"


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    code, output = install(tmp_path, "edge", "--dry-run")
    assert code == 0
    assert "would create: /etc/systemd/system/street-gateway.service\n" in output
    assert list(tmp_path.iterdir()) == []


def test_without_root_it_is_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    code, output = install(tmp_path, "edge")
    assert (code, list(tmp_path.iterdir())) == (1, [])
    assert output.startswith("gateway: only root can change users, folders and services: run it with sudo")


def test_a_gateway_has_no_roles(tmp_path: Path) -> None:
    assert install(tmp_path, "edge", "--role", "city") == (1, "gateway: a gateway has no roles: leave out --role\n")
