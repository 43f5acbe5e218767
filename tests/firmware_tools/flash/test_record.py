"""Which updates have ended, and which may have left a device in its bootloader."""

import msgspec
import pytest

from firmware_tools.flash.record import UpdateRecord
from tests.firmware_tools.flash.modelled_device import new_record


@pytest.mark.parametrize(
    ("phase", "ended", "touched"),
    [
        ("checking", False, False),
        ("entering", False, True),
        ("sending", False, True),
        ("finishing", False, True),
        ("reading_back", False, True),
        ("succeeded", True, False),
        ("failed", True, False),
    ],
)
def test_an_update_that_has_begun_and_not_ended_has_touched_its_device(phase: str, ended: bool, touched: bool) -> None:
    record = new_record(phase=phase)
    assert (record.ended, record.touched) == (ended, touched)


def test_a_record_is_read_as_it_was_written() -> None:
    record = new_record(phase="sending", chunk=4, from_version="1.0")
    assert msgspec.json.decode(msgspec.json.encode(record), type=UpdateRecord) == record


@pytest.mark.parametrize("change", [b'{"chunk":-1}', b'{"image":"../../etc"}', b'{"phase":"flying"}', b'{"extra":1}'])
def test_a_record_that_is_none_is_refused(change: bytes) -> None:
    whole = msgspec.json.decode(msgspec.json.encode(new_record())) | msgspec.json.decode(change)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(whole, UpdateRecord)
