"""`gateway config diff`."""

from pathlib import Path

from tests.cli.config.files import files, said
from tests.cli.in_process import run


def test_differences_are_told_in_words_or_as_lines(tmp_path: Path) -> None:
    files(tmp_path)
    assert run("config", "diff", "site.yaml", "new.yaml", cwd=tmp_path).stdout == "device first unit: 1 → 2\n"
    lines = run("config", "diff", "site.yaml", "new.yaml", "--lines", cwd=tmp_path).stdout
    assert (
        "-      - {id: first, profile: xy_md02, unit: 1, asset: roof}\n+      - {id: first, profile: xy_md02, unit: 2, asset: roof}\n"
        in lines
    )
    (one,) = said(tmp_path, "diff", "site.yaml", "new.yaml")["differences"]
    assert (one["it"], one["before"], one["after"]) == ("dispositivo first unit: 1 → 2", "1", "2")


def test_comments_alone_are_told_apart_from_nothing(tmp_path: Path) -> None:
    files(tmp_path, "# on the roof", "# on the kiosk")
    assert run("config", "diff", "site.yaml", "new.yaml", cwd=tmp_path).stdout == "only comments or spaces differ\n"
    assert run("config", "diff", "site.yaml", "site.yaml", cwd=tmp_path).stdout == "nothing differs\n"
    assert run("config", "diff", "site.yaml", cwd=tmp_path).stdout == "nothing differs\n"


def test_a_new_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    files(tmp_path)
    done = run("config", "diff", "site.yaml", "nowhere.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "can't be read: No such file or directory" in done.stderr
