"""User and folders, made by the systemd of this machine below a folder. Needs root, as owners are set."""

import stat
from pathlib import Path

from gateway.installation.accounts import FolderRule, create_folders, create_users, folders_in, users_in
from gateway.installation.machine import Machine

USERS = b'# of the test\nu street-gateway - "Street gateway" /var/lib/street-gateway\nm street-gateway dialout\n'
FOLDERS = (
    b"# of the test\nd /etc/street-gateway 2750 root street-gateway -\nd /var/lib/street-gateway 0750 street-gateway street-gateway -\n"
)


def said(machine: Machine) -> list[str]:
    if not machine.dry_run:
        machine.path("/etc").mkdir(exist_ok=True)
    steps = [*create_users(machine, USERS), *create_folders(machine, FOLDERS)]
    return [step.said(dry_run=machine.dry_run) for step in steps]


def test_users_and_folders_are_read_from_the_files_of_systemd() -> None:
    assert users_in(USERS) == ["street-gateway"]
    assert folders_in(FOLDERS)[0] == FolderRule("/etc/street-gateway", 0o2750, "root", "street-gateway")


def test_user_and_folders_are_made_once_with_their_owners_and_modes(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    assert said(machine) == [
        "created: user street-gateway",
        "created: /etc/street-gateway (mode 2750, root:street-gateway)",
        "created: /var/lib/street-gateway (mode 0750, street-gateway:street-gateway)",
    ]
    user = next(line.split(":") for line in (tmp_path / "etc/passwd").read_text().splitlines() if line.startswith("street-gateway:"))
    settings, state = (tmp_path / "etc/street-gateway").stat(), (tmp_path / "var/lib/street-gateway").stat()
    assert (settings.st_uid, settings.st_gid, stat.S_IMODE(settings.st_mode)) == (0, int(user[3]), 0o2750)
    assert (state.st_uid, state.st_gid, stat.S_IMODE(state.st_mode)) == (int(user[2]), int(user[3]), 0o750)
    assert [line.split(":")[0] for line in said(machine)] == ["unchanged"] * 3


def test_a_folder_with_another_owner_or_mode_gets_its_own_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    said(machine)
    (tmp_path / "etc/street-gateway").chmod(0o700)
    assert said(machine)[1] == "updated: /etc/street-gateway (mode 2750, root:street-gateway)"
    assert said(machine)[1] == "unchanged: /etc/street-gateway (mode 2750, root:street-gateway)"


def test_a_dry_run_makes_nothing(tmp_path: Path) -> None:
    assert [line.split(":")[0] for line in said(Machine(tmp_path, dry_run=True))] == ["would create"] * 3
    assert list(tmp_path.iterdir()) == []
