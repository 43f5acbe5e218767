"""What docs/firmware.md says to type to sign and publish firmware, typed."""

import contextlib
import re
import shlex
from pathlib import Path

import pytest

from tests.firmware_tools.cli.repo.in_process import firmware
from tests.readme.blocks import Section, text_of

SECTION = Section("docs/firmware.md", "Sign and publish")
PASSPHRASE = "four words are enough"


def typed(folder: Path) -> list[list[str]]:
    """Return the commands of the section, with a stick and a web server's folder that are below a folder."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text_of(SECTION), re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line.replace("/media/", f"{folder}/media/").replace("/srv/", f"{folder}/srv/")) for line in lines]


def test_from_an_image_file_to_a_published_repository(tmp_path: Path) -> None:
    (tmp_path / "mr6c_1.26.0.wbfw").write_bytes(b"an image")
    (tmp_path / "srv").mkdir()
    commands = typed(tmp_path)
    assert [words[2] for words in commands] == ["init", "add", "sign", "publish", "verify"]
    with contextlib.chdir(tmp_path):
        for words in commands:
            given = {"init": f"{PASSPHRASE}\n{PASSPHRASE}\n", "sign": f"y\n{PASSPHRASE}\n{PASSPHRASE}\n"}.get(words[2])
            done = firmware(*words[1:], given=given)
            assert done.returncode == 0, (words, done.stdout, done.stderr)
            assert words[2] != "verify" or "good: 1 images" in done.stdout
    assert (tmp_path / "srv/firmware/metadata/1.root.json").is_file()


@pytest.mark.parametrize("role", ["timestamp", "targets"])
def test_a_stolen_key_is_replaced_as_the_page_says(tmp_path: Path, role: str) -> None:
    test_from_an_image_file_to_a_published_repository(tmp_path)
    keys = tmp_path / "media/stick/keys"
    with contextlib.chdir(tmp_path):
        more: list[str | Path] = [] if role == "timestamp" else ["--keys", keys]
        rotated = firmware("repo", "rotate", "street-firmware", role, *more, given=f"{PASSPHRASE}\n{PASSPHRASE}\n")
        signed = firmware("repo", "sign", "street-firmware", "--keys", keys, given="y\n" + f"{PASSPHRASE}\n" * 3)
        published = firmware("repo", "publish", "street-firmware", "--to", tmp_path / "srv/firmware")
        assert [one.returncode for one in (rotated, signed, published)] == [0, 0, 0], rotated.stderr + signed.stderr + published.stderr
        assert (
            firmware("repo", "verify", tmp_path / "srv/firmware", "--root", tmp_path / "srv/firmware/metadata/1.root.json").returncode == 0
        )
