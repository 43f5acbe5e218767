"""The file of tokens."""

import stat
from pathlib import Path

import pytest

from gateway.host.files import SecretError
from gateway.web.situation.tokens import TokensFile, is_token_name
from tests.situation.examples import NOW_MS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def test_a_token_is_recognised_in_every_process_and_only_its_hash_is_stored(file: Path) -> None:
    token = TokensFile(file).issue("citelum", "office", "editor", NOW_MS)
    owner = TokensFile(file).owner_of(token, NOW_MS)
    assert owner is not None
    assert (owner.organisation, owner.name, owner.token.role) == ("citelum", "office", "editor")
    assert token not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(token) >= 43
    assert TokensFile(file).owner_of(token[:-1], NOW_MS) is None


def test_a_withdrawn_token_is_unknown_at_once_also_to_who_has_read_the_file(file: Path) -> None:
    tokens, other = TokensFile(file), TokensFile(file)
    token = tokens.issue("citelum", "office", "reader", NOW_MS)
    kept = tokens.issue("citelum", "desk", "reader", NOW_MS)
    owner = other.owner_of(token, NOW_MS)
    assert owner is not None
    assert other.lasts(owner, NOW_MS)
    tokens.withdraw("citelum", "office")
    assert not other.lasts(owner, NOW_MS)
    assert other.owner_of(token, NOW_MS) is None
    assert other.owner_of(kept, NOW_MS) is not None
    with pytest.raises(KeyError):
        tokens.withdraw("citelum", "office")


def test_a_new_token_replaces_the_one_that_a_program_has(file: Path) -> None:
    tokens = TokensFile(file)
    old = tokens.issue("citelum", "office", "reader", NOW_MS)
    owner = tokens.owner_of(old, NOW_MS)
    new = tokens.issue("citelum", "office", "reader", NOW_MS)
    assert owner is not None
    assert not tokens.lasts(owner, NOW_MS)
    assert tokens.owner_of(old, NOW_MS) is None
    assert tokens.owner_of(new, NOW_MS) is not None


def test_a_token_expires(file: Path) -> None:
    tokens = TokensFile(file)
    token = tokens.issue("citelum", "office", "reader", NOW_MS, NOW_MS + 1000)
    owner = tokens.owner_of(token, NOW_MS + 999)
    assert owner is not None
    assert tokens.owner_of(token, NOW_MS + 1000) is None
    assert not tokens.lasts(owner, NOW_MS + 1000)


def test_without_a_file_there_are_no_tokens_and_when_it_is_deleted_no_more(file: Path) -> None:
    tokens = TokensFile(file)
    assert tokens.tokens() == {}
    token = tokens.issue("citelum", "office", "reader", NOW_MS)
    file.unlink()
    assert tokens.owner_of(token, NOW_MS) is None


def test_a_path_that_can_t_be_used_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SecretError, match="can't be read: Not a directory"):
        TokensFile(tmp_path / "file" / "tokens.json").tokens()


def test_a_file_that_others_can_read_or_that_is_damaged_is_not_used(file: Path) -> None:
    tokens = TokensFile(file)
    tokens.issue("citelum", "office", "reader", NOW_MS)
    file.chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        tokens.tokens()
    for content in (
        b"[]",
        b'{"citelum": {"office": {"role": "boss", "sha256": "", "issued_ms": 0}}}',
        b"\xff",
        b"{" * 5000,
        b"x" * (1 << 21),
    ):
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(ValueError, match=r"damaged|larger"):
            TokensFile(file).tokens()


@pytest.mark.parametrize(
    ("name", "is_one"), [("office-2", True), ("", False), ("Office", False), ("a/b", False), ("a\n", False), ("x" * 64, False)]
)
def test_names_are_levels_of_topics(name: str, is_one: bool) -> None:
    assert is_token_name(name) == is_one
