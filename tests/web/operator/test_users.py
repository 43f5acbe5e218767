"""The file of the page's users: what it contains, who can read it, and what is wrong with a damaged one."""

from pathlib import Path

import pytest

from gateway.host.files import SecretError
from gateway.web.operator.users import UsersFile, is_user_name
from tests.web.operator.logins import ANNA, BRUNO, users_of_a_page


def test_a_user_is_found_by_name_and_password_alone(tmp_path: Path) -> None:
    users = users_of_a_page(tmp_path)
    found = users.with_password("anna", ANNA)
    assert found is not None
    assert found.role == "operator"
    assert [users.with_password(*typed) for typed in (("anna", BRUNO), ("carla", ANNA), ("Anna", ANNA), ("anna", ""), ("carla", ""))] == [
        None
    ] * 5


def test_the_file_is_for_its_owner_and_has_no_passwords(tmp_path: Path) -> None:
    users_of_a_page(tmp_path)
    file = tmp_path / "users.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert ANNA not in file.read_text()
    file.chmod(0o640)
    with pytest.raises(SecretError, match="can be read by other users"):
        UsersFile(file).find("anna")
    with pytest.raises(SecretError, match=r"none.json can't be read: No such file"):
        UsersFile(tmp_path / "none.json").users()


def test_another_process_sees_what_one_has_written(tmp_path: Path) -> None:
    users = users_of_a_page(tmp_path)
    other = UsersFile(tmp_path / "users.json")
    assert set(other.users()) == {"anna", "bruno"}
    users.remove("bruno")
    users.put("anna", "viewer", None)
    assert other.find("bruno") is None
    assert (found := other.with_password("anna", ANNA)) is not None
    assert found.role == "viewer"


def test_a_new_user_needs_a_password_and_one_that_is_not_there_can_not_be_removed(tmp_path: Path) -> None:
    users = users_of_a_page(tmp_path)
    with pytest.raises(KeyError):
        users.put("carla", "viewer", None)
    with pytest.raises(KeyError):
        users.remove("carla")
    assert set(users.users()) == {"anna", "bruno"}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff", b'{"anna":{"role":"admin","password":"x"}}', b'{"anna":{"role":"viewer","password":"secret"}}', b"[" * 100_000,
     b'{"anna":{"role":"viewer","password":"scrypt$16384$8$1$00$00"}}', b" " * (2 << 20)],
)  # fmt: skip
def test_a_damaged_file_is_named(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(ValueError, match=r"users\.json is "):
        UsersFile(file).users()


@pytest.mark.parametrize(("name", "is_one"), [("anna", True), ("a.rossi@comune.prato.it", True), ("", False), ("-x", False), ("a b", False), ("x" * 65, False), ("a\n", False)])  # fmt: skip
def test_names_are_short_and_plain(name: str, is_one: bool) -> None:
    assert is_user_name(name) is is_one
