"""The codes of the page: files of the gateway's user alone."""

import stat
from pathlib import Path

import pytest

from gateway.edge.services import codes as module
from gateway.edge.services.codes import CodeFiles, LabelCodes
from gateway.host.files import SecretError
from gateway.web import sessions
from gateway.web.json_api import ApiError
from gateway.web.technician.login import PageLogin


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_COST", 1 << 4)


def test_the_first_start_makes_a_code_for_each_role_that_only_the_user_can_read(tmp_path: Path) -> None:
    files = CodeFiles(tmp_path / "state")
    files.prepare()
    technician, reader = files.code_of("technician"), files.code_of("reader")
    assert technician is not None
    assert reader is not None
    assert technician != reader
    folder = tmp_path / "state" / module.FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600] * 4
    assert (files.role_of(technician), files.role_of(reader)) == ("technician", "reader")
    assert files.role_of(technician.lower().replace("-", " ")) == "technician"
    assert technician not in (folder / "technician.hash").read_text()
    files.prepare()
    assert files.code_of("technician") == technician, "a later start changes nothing"


def test_what_is_no_code_belongs_to_nobody(tmp_path: Path) -> None:
    files = CodeFiles(tmp_path)
    files.prepare()
    for typed in ("", "0000-0000", "x" * 100, "é", "\x00"):
        assert files.role_of(typed) is None


def test_the_code_works_on_when_its_file_is_deleted(tmp_path: Path) -> None:
    files = CodeFiles(tmp_path)
    files.prepare()
    code = files.code_of("technician")
    assert code is not None
    (tmp_path / module.FOLDER / "technician.code").unlink()
    files.prepare()
    assert files.code_of("technician") is None
    assert files.role_of(code) == "technician"


def test_a_code_that_was_written_before_the_start_counts(tmp_path: Path) -> None:
    files = CodeFiles(tmp_path)
    files.prepare()
    file = tmp_path / module.FOLDER / "technician.code"
    file.write_text("1234-5678\n")
    files.prepare()
    assert files.role_of("12345678") == "technician"


def test_a_file_without_a_code_is_said_and_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / module.FOLDER / "technician.code"
    file.parent.mkdir()
    file.write_text("1234-567\n")
    file.chmod(0o600)
    with pytest.raises(ValueError, match="has no code of 8 letters and digits; correct it, or delete it"):
        CodeFiles(tmp_path).prepare()
    assert file.read_text() == "1234-567\n"


def test_a_code_that_others_can_read_is_refused(tmp_path: Path) -> None:
    files = CodeFiles(tmp_path)
    files.prepare()
    (tmp_path / module.FOLDER / "technician.code").chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        files.prepare()


async def test_a_new_code_replaces_the_old_one_and_ends_its_sessions(tmp_path: Path) -> None:
    codes = LabelCodes(CodeFiles(tmp_path))
    codes.login = login = PageLogin(codes, tls=False)
    try:
        codes.prepare()
        assert await codes.role_of("0000-0000") is None, "it has waited for the codes to be made"
        old = CodeFiles(tmp_path).code_of("technician")
        assert old is not None
        session = await login.open(old, "10.0.0.5")
        new = await codes.renew("technician")
        assert not login.lasts(session)
        assert (await codes.role_of(old), await codes.role_of(new)) == (None, "technician")
    finally:
        codes.close()


async def test_a_folder_that_can_not_be_used_keeps_everybody_out_and_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / module.FOLDER).write_text("a file")
    codes = LabelCodes(CodeFiles(tmp_path))
    try:
        codes.prepare()
        for work in (codes.role_of("0000-0000"), codes.renew("reader")):
            with pytest.raises(ApiError) as error:
                await work
            assert error.value.status_code == 503
        assert "nobody can log in to the technician's page" in caplog.text
    finally:
        codes.close()
