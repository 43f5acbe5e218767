"""What a newcomer types is found in the documents, whole and in order."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from tests.readme.blocks import LOOK, REMOVE, UPGRADE, WAY, WORKERS, Command, Section, WrittenFile, _commands, steps_of

EVERY = [*WAY, *LOOK, *UPGRADE, *WORKERS, *REMOVE]


@pytest.mark.parametrize("section", EVERY, ids=lambda section: f"{section.document}: {section.heading}")
def test_every_section_of_the_way_has_whole_commands(section: Section) -> None:
    assert any(isinstance(step, Command) for step in steps_of(section))


def test_the_files_of_the_way_are_valid_and_lie_where_the_units_look_for_them(tmp_path: Path) -> None:
    files = {step.path: step.content for section in EVERY for step in steps_of(section) if isinstance(step, WrittenFile)}
    assert list(files) == ["/etc/street-gateway/centre.yaml", "/etc/street-gateway/site.yaml", "/etc/street-gateway/worker-1.yaml"]
    for path, content in files.items():
        (tmp_path / Path(path).name).write_text(content)
        assert load_site(tmp_path / Path(path).name).site.site == "prato"


def test_commands_may_continue_on_more_lines_and_comments_are_not_typed() -> None:
    block = ["# a comment", "openssl req \\", "  -x509", "", "cat <<'END' > file", "text", "END", "cd /tmp && ls    # why"]
    assert list(_commands(block)) == ["openssl req \\\n  -x509", "cat <<'END' > file\ntext\nEND", "cd /tmp && ls    # why"]


def test_a_comment_in_a_block_is_no_heading() -> None:
    (file,) = (step for step in steps_of(WORKERS[0]) if isinstance(step, WrittenFile))
    assert file.path == "/etc/street-gateway/worker-1.yaml"
    assert "store:" in file.content


def test_half_a_command_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a whole command"):
        list(_commands(["if true; then", "  ls"]))


def test_a_missing_section_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"README.md has no section 'No such heading'"):
        list(steps_of(Section("README.md", "No such heading")))
