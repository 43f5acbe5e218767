"""Files are put in place and taken away; what a person has edited is kept."""

from pathlib import Path

from gateway.installation.checksummed import checksummed
from gateway.installation.files import place, take_away
from gateway.installation.machine import Machine

TARGET = "/etc/systemd/system/street-gateway.service"
NEW = checksummed(b"[Service]\n# new\n", "Use a drop-in.")
OLD = checksummed(b"[Service]\n# old\n", "Use a drop-in.")


def said(machine: Machine, content: bytes = NEW) -> list[str]:
    return [step.said(dry_run=machine.dry_run) for step in place(machine, TARGET, content)]


def unit(tmp_path: Path) -> Path:
    path = tmp_path / TARGET.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_a_missing_file_is_created_and_the_same_file_is_left_alone(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    assert said(machine) == [f"created: {TARGET}"]
    assert unit(tmp_path).read_bytes() == NEW
    assert said(machine) == [f"unchanged: {TARGET}"]


def test_a_file_of_an_earlier_version_is_updated(tmp_path: Path) -> None:
    unit(tmp_path).write_bytes(OLD)
    assert said(Machine(tmp_path, dry_run=False)) == [f"updated: {TARGET}"]
    assert [path.name for path in unit(tmp_path).parent.iterdir()] == ["street-gateway.service"]


def test_a_file_that_somebody_edited_is_kept_beside_the_new_one_however_often(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    for content in (b"mine\n", b"mine again\n"):
        unit(tmp_path).write_bytes(content)
        assert said(machine)[1] == f"replaced: {TARGET}"
        assert unit(tmp_path).read_bytes() == NEW
    kept = {path.name: path.read_text() for path in unit(tmp_path).parent.glob("*.old*")}
    assert kept == {"street-gateway.service.old": "mine\n", "street-gateway.service.old2": "mine again\n"}


def test_a_unit_that_somebody_masked_stays_masked(tmp_path: Path) -> None:
    unit(tmp_path).symlink_to("/dev/null")
    assert said(Machine(tmp_path, dry_run=False)) == [
        f"left: {TARGET} (it is a symbolic link; 'systemctl unmask' removes one that disables a unit)"
    ]
    assert unit(tmp_path).is_symlink()
    assert [step.said(dry_run=False) for step in take_away(Machine(tmp_path, dry_run=False), TARGET)] == [
        f"left: {TARGET} (it is a symbolic link)"
    ]


def test_a_dry_run_says_what_would_become_of_a_file(tmp_path: Path) -> None:
    unit(tmp_path).write_bytes(b"mine\n")
    assert said(Machine(tmp_path, dry_run=True)) == [
        f"would set aside: {TARGET} (it was edited, or installed by hand; it is kept as street-gateway.service.old)",
        f"would replace: {TARGET}",
    ]
    assert unit(tmp_path).read_bytes() == b"mine\n"


def test_a_file_as_installed_is_removed_and_an_edited_one_is_kept_under_another_name(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    assert list(take_away(machine, TARGET)) == []
    unit(tmp_path).write_bytes(OLD)
    assert [step.said(dry_run=False) for step in take_away(machine, TARGET)] == [f"removed: {TARGET}"]
    unit(tmp_path).write_bytes(b"mine\n")
    assert [step.said(dry_run=False) for step in take_away(machine, TARGET)] == [
        f"set aside: {TARGET} (it was edited; it is kept as street-gateway.service.old)"
    ]
    assert [path.name for path in unit(tmp_path).parent.iterdir()] == ["street-gateway.service.old"]
