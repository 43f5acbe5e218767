"""`gateway console user`: users are added, changed and removed."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.console.user import command
from gateway.web.operator.users import UsersFile
from tests.cli.console.site_files import site


@pytest.fixture
def users(tmp_path: Path) -> UsersFile:
    return UsersFile(tmp_path / "users.json")


def user(folder: Path, *arguments: str, password: str = "") -> Result:
    return CliRunner().invoke(command, [site(folder, users=str(folder / "users.json")), *arguments], input=password)


def test_a_user_is_added_changed_and_removed(tmp_path: Path, users: UsersFile) -> None:
    assert user(tmp_path, "anna", "--role", "operator", password="correct horse battery\n").exit_code == 0
    assert (found := users.with_password("anna", "correct horse battery")) is not None
    assert found.role == "operator"
    assert (tmp_path / "users.json").stat().st_mode & 0o777 == 0o600
    assert user(tmp_path, "anna", "--role", "viewer", "--keep-password").exit_code == 0
    assert (found := users.with_password("anna", "correct horse battery")) is not None
    assert found.role == "viewer"
    assert user(tmp_path, "anna", "--remove").exit_code == 0
    assert users.users() == {}


@pytest.mark.parametrize(
    ("arguments", "password", "sentence"),
    [
        (["anna", "--role", "viewer"], "short\n", "a password has from 10 to 256 characters"),
        (["anna"], "correct horse battery\n", "name the role of 'anna': --role viewer or --role operator"),
        (["an na", "--role", "viewer"], "correct horse battery\n", "'an na' can't be the name of a user"),
        (["anna", "--role", "viewer", "--keep-password"], "", "there is no user 'anna'"),
        (["anna", "--remove"], "", "can't be read: No such file or directory"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(
    arguments: list[str], password: str, sentence: str, tmp_path: Path, users: UsersFile
) -> None:
    done = user(tmp_path, *arguments, password=password)
    assert done.exit_code == 1
    assert sentence in done.output
    assert not (tmp_path / "users.json").exists()


def test_a_folder_that_is_not_there_and_a_damaged_file_are_named(tmp_path: Path) -> None:
    missing = CliRunner().invoke(
        command, [site(tmp_path, users="/nowhere/users.json"), "anna", "--role", "viewer"], input="correct horse\n"
    )
    assert (missing.exit_code, "cannot write /nowhere/users.json: No such file" in missing.output) == (1, True)
    (tmp_path / "users.json").write_text("{")
    (tmp_path / "users.json").chmod(0o600)
    assert "users.json is damaged" in user(tmp_path, "anna", "--role", "viewer", password="correct horse\n").output
