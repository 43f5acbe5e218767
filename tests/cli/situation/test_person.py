"""`gateway situation person`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.web import sessions
from gateway.web.operator.users import UsersFile

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_COST", 1 << 4)


def person(folder: Path, *arguments: str, typed: str = f"{PASSWORD}\n") -> Result:
    return CliRunner().invoke(main, ["situation", "person", str(folder / "centre.yaml"), *arguments], input=typed, env={"LC_ALL": "C"})


@pytest.mark.usefixtures("room")
def test_a_person_of_the_site_file_gets_a_password_and_loses_it(tmp_path: Path) -> None:
    assert person(tmp_path, "publiacqua", "anna").output == "anna logs in as anna@publiacqua\n"
    passwords = UsersFile(tmp_path / "situation-people.json")
    assert passwords.with_password("anna@publiacqua", PASSWORD) is not None
    assert passwords.with_password("anna@publiacqua", "wrong") is None
    assert PASSWORD not in (tmp_path / "situation-people.json").read_text()
    assert person(tmp_path, "publiacqua", "anna", "--remove").exit_code == 0
    assert passwords.find("anna@publiacqua") is None
    assert "anna@publiacqua has no password" in person(tmp_path, "publiacqua", "anna", "--remove").output


@pytest.mark.usefixtures("room")
def test_mistakes_are_reported(tmp_path: Path) -> None:
    assert "unknown organisation 'publiaqua'; did you mean 'publiacqua'?" in person(tmp_path, "publiaqua", "anna").output
    assert "'ana' is not one of the people of publiacqua; did you mean 'anna'?" in person(tmp_path, "publiacqua", "ana").output
    assert "from 10 to 256 characters" in person(tmp_path, "publiacqua", "anna", typed="short\n").output
    assert not (tmp_path / "situation-people.json").exists()
