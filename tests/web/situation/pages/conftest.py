"""A room in which the morning has been told, for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.web.situation.pages.story import StoryRoom, story_room, tell_morning


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoryRoom]:
    with story_room(tmp_path_factory.mktemp("story")) as room:
        tell_morning(room)
        yield room
