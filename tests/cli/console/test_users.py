"""`gateway console users`: the users and their roles, never their passwords."""

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.cli.console.users import command
from gateway.web.operator.users import UsersFile
from tests.cli.console.site_files import site


def test_the_users_are_listed_for_people_and_scripts(tmp_path: Path) -> None:
    users = UsersFile(tmp_path / "users.json")
    users.put("bruno", "viewer", "staple of the lamps")
    users.put("anna", "operator", "correct horse battery")
    path = site(tmp_path, users=str(tmp_path / "users.json"))
    assert CliRunner().invoke(command, [path]).output.split() == ["user", "role", "anna", "operator", "bruno", "viewer"]
    listed = json.loads(CliRunner().invoke(command, [path, "--json"]).output)
    assert listed == [{"name": "anna", "role": "operator"}, {"name": "bruno", "role": "viewer"}]


def test_a_file_that_others_can_read_is_an_error(tmp_path: Path) -> None:
    UsersFile(tmp_path / "users.json").put("anna", "operator", "correct horse battery")
    (tmp_path / "users.json").chmod(0o644)
    done = CliRunner().invoke(command, [site(tmp_path, users=str(tmp_path / "users.json"))])
    assert (done.exit_code, "run chmod 600" in done.output) == (1, True)
