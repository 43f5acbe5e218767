"""What the commands about users share: the file that the site file names."""

from pathlib import Path

import pytest

from gateway.cli.console.common import users_file
from tests.cli.console.site_files import site


def test_the_file_of_the_users_is_that_of_the_site_file(tmp_path: Path) -> None:
    _, file = users_file(Path(site(tmp_path, users="/x/users.json")))
    assert file == Path("/x/users.json")


def test_a_site_without_users_says_what_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        users_file(Path(site(tmp_path)))
    assert "has no file of users; add 'users: " in capsys.readouterr().err
