"""What the pages of the Situation Room say to type works, word for word, and is the same in both languages."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.readme.blocks import ROOT, commands_of
from tests.readme.situation import FOLLOWING, PAGES, walk


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_of_a_role_say_the_same_commands_in_both_languages(page: str) -> None:
    commands = commands_of(page)
    assert commands
    assert commands_of(page.replace(".en.", ".it.")) == commands


def test_what_is_stopped_by_hand_is_in_the_pages_of_utilities() -> None:
    for language in ("en", "it"):
        assert f"```\n{FOLLOWING}\n```" in (ROOT / f"docs/situation/utility.{language}.md").read_text()


@pytest.mark.system
def test_every_command_of_the_pages_works_word_for_word(tmp_path: Path) -> None:
    permitted = subprocess.run(["unshare", "-rnm", "true"], capture_output=True, check=False)
    assert not permitted.returncode, "this machine permits no network of one's own (unshare)"
    done = walk(tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"done":')]
    assert [(one["done"], one["situation"], one["state"]) for one in answers] == [(True, "publiacqua-via-roma", "proposed")]
