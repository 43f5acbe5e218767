"""Rate, share and time left of a transfer."""

import pytest

from firmware_tools.flash.progress import TransferRate, stored_view, view_of
from tests.firmware_tools.flash.modelled_device import new_record


def test_the_time_left_follows_from_the_rate() -> None:
    view = view_of(new_record(phase="sending", chunk=3), 300, 600, 50.0)
    assert (view.percent, view.left_s) == (50.0, 6.0)


def test_only_a_transfer_under_way_has_time_left() -> None:
    assert view_of(new_record(phase="finishing"), 600, 600, 50.0).left_s is None
    assert view_of(new_record(phase="sending"), 0, 600).left_s is None
    assert view_of(new_record(), 0, 0).percent == 0.0


@pytest.mark.parametrize(("phase", "done"), [("checking", 0), ("entering", 0), ("sending", 300), ("finishing", 600), ("succeeded", 600)])
def test_a_stored_update_shows_how_far_it_was(phase: str, done: int) -> None:
    assert stored_view(new_record(phase=phase, chunk=3)).done_bytes == done


def test_the_rate_is_that_of_the_last_chunks_and_unknown_before_the_second() -> None:
    rate = TransferRate()
    assert rate.bytes_per_s is None
    rate.restart(10.0, 0)
    assert rate.bytes_per_s is None
    for n in range(1, 200):
        rate.reached(10.0 + n * (0.1 if n < 100 else 0.2), 100 * n)
    assert rate.bytes_per_s is not None
    assert 400 < rate.bytes_per_s < 1000
    rate.restart(100.0, 500)
    rate.reached(100.0, 500)
    assert rate.bytes_per_s is None
