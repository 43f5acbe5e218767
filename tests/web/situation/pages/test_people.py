"""Who may use the pages: the site file says it, a file has the passwords."""

from pathlib import Path

import pytest

from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.web import sessions
from gateway.web.operator.users import UsersFile
from gateway.web.situation.pages.people import ADD_WITH, RoomPeople, login_name, person_and_organisation

PASSWORD = "correct horse battery"
ORGANISATIONS = {"publiacqua": OrganisationSettings(people={"anna": "editor", "rosa": "reader"}), "citelum": OrganisationSettings()}


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RoomPeople:
    monkeypatch.setattr(sessions, "_COST", 1 << 4)
    passwords = UsersFile(tmp_path / "people.json", ADD_WITH)
    for name in ("anna@publiacqua", "rosa@publiacqua", "carla@publiacqua", "anna@citelum"):
        passwords.put(name, "operator", PASSWORD)
    return RoomPeople(passwords, ORGANISATIONS)


def test_a_person_may_do_what_the_site_file_says(people: RoomPeople) -> None:
    anna, rosa = (people.with_password(login_name(one, "publiacqua"), PASSWORD) for one in ("anna", "rosa"))
    assert anna is not None
    assert rosa is not None
    assert (anna.role, rosa.role) == ("operator", "viewer")
    assert people.find("anna@publiacqua") == anna


@pytest.mark.parametrize("name", ["carla@publiacqua", "anna@citelum", "anna", "anna@", "@publiacqua", ""])
def test_who_is_not_in_the_site_file_is_nobody_even_with_a_password(people: RoomPeople, name: str) -> None:
    assert people.with_password(name, PASSWORD) is None
    assert people.find(name) is None


def test_a_wrong_password_is_nobody_s(people: RoomPeople) -> None:
    assert people.with_password("anna@publiacqua", "wrong") is None


def test_a_name_at_the_login_is_a_person_and_an_organisation() -> None:
    assert person_and_organisation(login_name("anna", "publiacqua")) == ("anna", "publiacqua")


def test_a_damaged_file_names_the_command_that_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    file.write_text("{")
    file.chmod(0o600)
    with pytest.raises(ValueError, match="gateway situation person"):
        RoomPeople(UsersFile(file, ADD_WITH), ORGANISATIONS).find("anna@publiacqua")
