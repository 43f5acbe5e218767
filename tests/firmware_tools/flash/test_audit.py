"""Every attempt is on record, and a torn line costs itself alone."""

from pathlib import Path

from firmware_tools.flash.audit import AuditFile, audit_entry
from firmware_tools.flash.record import Reason
from tests.firmware_tools.flash.modelled_device import IMAGE, new_record


def test_an_entry_says_who_when_what_and_how_it_ended(tmp_path: Path) -> None:
    audit = AuditFile(tmp_path)
    assert audit.last(10) == []
    record = new_record(phase="failed", from_version="1.0", reason=Reason("version", "the old one", "quella vecchia"))
    audit.add(audit_entry(record, "failed", 60_000))
    (entry,) = audit.last(10)
    assert (entry.by, entry.began, entry.ended, entry.result) == ("tests", "1970-01-01T00:00:00.000Z", "1970-01-01T00:01:00.000Z", "failed")
    assert (entry.image, entry.from_version, entry.to_version, entry.read_back) == (IMAGE, "1.0", "2.0", None)
    assert entry.reason == record.reason


def test_the_last_entries_are_returned_in_their_order_and_torn_ones_left_out(tmp_path: Path) -> None:
    audit = AuditFile(tmp_path)
    for n in range(5):
        audit.add(audit_entry(new_record(device=f"d{n}"), "succeeded", n))
    with (tmp_path / "firmware/audit.jsonl").open("ab") as file:
        file.write(b'{"device":"d5","li')
    audit.add(audit_entry(new_record(device="d6"), "paused", 6))
    assert [entry.device for entry in audit.last(3)] == ["d3", "d4", "d6"]
