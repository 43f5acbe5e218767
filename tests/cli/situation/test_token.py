"""`gateway situation token`."""

from pathlib import Path

from gateway.web.situation.tokens import TokensFile
from tests.cli.situation.room import Room
from tests.situation.examples import NOW_MS


def tokens(folder: Path) -> TokensFile:
    return TokensFile(folder / "situation-tokens.json")


def test_a_token_is_printed_once_and_recognised(room: Room, tmp_path: Path) -> None:
    token = room("token", "citelum", "office", "--role", "editor").output.strip()
    owner = tokens(tmp_path).owner_of(token, NOW_MS)
    assert owner is not None
    assert (owner.organisation, owner.name, owner.token.role, owner.token.expires_ms) == ("citelum", "office", "editor", None)
    assert token not in (tmp_path / "situation-tokens.json").read_text()


def test_a_token_is_a_reader_s_unless_asked_otherwise_and_may_expire(room: Room, tmp_path: Path) -> None:
    token = room("token", "citelum", "screen", "--days", "2").output.strip()
    owner = tokens(tmp_path).owner_of(token, NOW_MS + 2 * 86_400_000 - 1)
    assert owner is not None
    assert owner.token.role == "reader"
    assert tokens(tmp_path).owner_of(token, NOW_MS + 2 * 86_400_000) is None


def test_a_token_is_withdrawn(room: Room, tmp_path: Path) -> None:
    token = room("token", "citelum", "office").output.strip()
    assert room("token", "citelum", "office", "--withdraw").exit_code == 0
    assert tokens(tmp_path).owner_of(token, NOW_MS) is None
    again = room("token", "citelum", "office", "--withdraw")
    assert (again.exit_code, "citelum has no token 'office'" in again.output) == (1, True)


def test_mistakes_are_reported(room: Room, tmp_path: Path) -> None:
    assert "unknown organisation 'citelun'; did you mean 'citelum'?" in room("token", "citelun", "office").output
    assert "'Office!' can't be the name of a program" in room("token", "citelum", "Office!").output
    (tmp_path / "situation-tokens.json").write_text("[]")
    (tmp_path / "situation-tokens.json").chmod(0o644)
    assert "chmod 600" in room("token", "citelum", "office").output
    (tmp_path / "situation-tokens.json").chmod(0o600)
    assert "is damaged" in room("token", "citelum", "office").output
