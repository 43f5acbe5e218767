"""The table of operations."""

from gateway.web.situation.openapi.operations import OPERATIONS
from gateway.web.situation.routes import ACTIONS


def test_every_operation_has_a_name_and_a_path_of_its_own() -> None:
    assert len({one.id for one in OPERATIONS}) == len(OPERATIONS) == len({(one.method, one.path) for one in OPERATIONS})


def test_every_action_that_can_be_requested_has_an_operation() -> None:
    paths = {one.path.rpartition("/")[2]: one for one in OPERATIONS if one.method == "POST" and one.about_one}
    assert set(paths) == set(ACTIONS)
    assert {name for name, one in paths.items() if one.body_required} == {"cancel", "acknowledge", "comment"}


def test_only_what_reads_is_open_to_everybody() -> None:
    assert all(one.method == "GET" for one in OPERATIONS if one.is_open)
    assert {one.path.split("/")[1] for one in OPERATIONS if one.is_open} == {"status", "public"}
    assert all(404 in one.errors for one in OPERATIONS if one.about_one)
