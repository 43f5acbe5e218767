"""`gateway trust init`."""

from pathlib import Path

from tests.trust.broker import gateway


def test_a_new_authority_is_made_and_the_next_step_named(tmp_path: Path) -> None:
    done = gateway("trust", "init", tmp_path / "authority", "--name", "Prato")
    assert (done.exit_code, done.output.splitlines()[0]) == (0, f"made: {tmp_path}/authority")
    assert f"next: gateway trust broker {tmp_path}/authority HOST" in done.output
    assert sorted(one.name for one in (tmp_path / "authority").iterdir()) == [
        "authority.key",
        "authority.pem",
        "register.json",
        "revoked.pem",
    ]


def test_a_folder_that_is_in_use_or_can_not_be_made_is_a_sentence(authority: Path, tmp_path: Path) -> None:
    before = (authority / "authority.key").read_bytes()
    again = gateway("trust", "init", authority, "--name", "Prato")
    assert (again.exit_code, again.output.count("\n")) == (1, 1)
    assert "is not empty: choose a new folder" in again.output
    assert (authority / "authority.key").read_bytes() == before
    (tmp_path / "file").write_text("")
    below = gateway("trust", "init", tmp_path / "file" / "authority", "--name", "Prato")
    assert (below.exit_code, below.output) == (1, f"gateway: {tmp_path}/file/authority: Not a directory\n")
