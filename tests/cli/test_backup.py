"""`gateway backup`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.backup.gateways import PASSPHRASE, OldGateway
from tests.trust.broker import gateway


@pytest.fixture
def old(tmp_path: Path) -> OldGateway:
    return OldGateway(tmp_path / "old")


def passphrase_file(folder: Path, text: str = PASSPHRASE) -> Path:
    path = folder / "passphrase"
    path.touch(0o600)
    path.write_text(text + "\n")
    return path


def test_it_lists_what_it_wrote_and_says_that_two_must_not_run(old: OldGateway, tmp_path: Path) -> None:
    done = gateway("backup", old.site, tmp_path / "backup", "--passphrase-file", passphrase_file(tmp_path))
    assert done.exit_code == 0, done.output
    first, *_, journal, written, advice = done.output.splitlines()
    assert (first, journal) == (str(old.site), str(old.folder / "journal.sqlite"))
    assert written.startswith(f"written: {tmp_path}/backup (")
    assert advice == "restore it only when this gateway is off for good: two that run send nothing"


def test_a_typed_passphrase_is_asked_for_twice_and_not_shown(old: OldGateway, tmp_path: Path) -> None:
    typed = f"{PASSPHRASE}\n{PASSPHRASE}\n"
    done = CliRunner().invoke(
        main, ["backup", str(old.site), str(tmp_path / "backup")], input=typed, env={"LANG": "it_IT.UTF-8", "LC_ALL": ""}
    )
    assert done.exit_code == 0, done.output
    assert PASSPHRASE not in done.output
    assert "ripristinalo solo quando questo gateway è spento" in done.output


@pytest.mark.parametrize(
    ("text", "sentence"), [("short", "the passphrase is too short: 12 characters at least"), ("", "the passphrase is too short")]
)
def test_a_short_passphrase_is_refused(text: str, sentence: str, old: OldGateway, tmp_path: Path) -> None:
    done = gateway("backup", old.site, tmp_path / "backup", "--passphrase-file", passphrase_file(tmp_path, text))
    assert (done.exit_code, sentence in done.output, (tmp_path / "backup").exists()) == (1, True, False)


def test_a_passphrase_that_others_can_read_is_refused(old: OldGateway, tmp_path: Path) -> None:
    file = passphrase_file(tmp_path)
    file.chmod(0o644)
    done = gateway("backup", old.site, tmp_path / "backup", "--passphrase-file", file)
    assert (done.exit_code, f"run chmod 600 {file}" in done.output) == (1, True)


def test_a_target_that_can_t_be_written_is_one_sentence(old: OldGateway, tmp_path: Path) -> None:
    done = gateway("backup", old.site, tmp_path / "missing" / "backup", "--passphrase-file", passphrase_file(tmp_path))
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert done.output.startswith("gateway: no backup was made: ")


def test_a_gateway_that_runs_can_t_move(old: OldGateway, tmp_path: Path) -> None:
    done = gateway("backup", old.site, tmp_path / "backup", "--retire", "--passphrase-file", passphrase_file(tmp_path))
    assert (done.exit_code, "is in use by process" in done.output, (tmp_path / "backup").exists()) == (1, True, False)


def test_a_gateway_that_moved_does_not_start_again(old: OldGateway, tmp_path: Path) -> None:
    old.journal.close()
    done = gateway("backup", old.site, tmp_path / "backup", "--retire", "--passphrase-file", passphrase_file(tmp_path))
    assert done.exit_code == 0, done.output
    assert done.output.endswith("the gateway does not start on this machine any more\n")
    started = gateway("run", old.site)
    assert (started.exit_code, "this gateway moved to another machine (" in started.output) == (1, True)
