"""The table of feeds."""

import re

from gateway.situation.formats.exporting import FORMATS
from gateway.web.situation.feeds.kinds import FEEDS


def test_every_format_of_the_command_line_is_a_feed_and_those_of_several_files_have_files() -> None:
    assert set(FEEDS) == set(FORMATS)
    assert {name for name, one in FEEDS.items() if one.file is not None} == {name for name, one in FORMATS.items() if one.several}


def test_every_media_type_is_one() -> None:
    for one in FEEDS.values():
        for kind in (one.kind, one.file):
            assert kind is None or re.fullmatch(r"[a-z]+/[a-z+]+(; charset=utf-8)?", kind.media)
