from pathlib import Path

import pytest

from gateway.provision.findings import Found
from gateway.provision.scan.plan import ScanPlace
from gateway.provision.scan.record import RecordError, RecordFile, ScanRecord, default_path, load


async def save(path: Path, record: ScanRecord) -> None:
    file = RecordFile(path)
    file.write(record)
    await file.written()
    file.close()


async def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "scan.json"
    record = ScanRecord(target="/dev/x", plan="abc", full=True, units=[1, 2], found=[Found(unit=1, settings="9600 8N1")])
    record.reached(ScanPlace(3, 17))
    await save(path, record)
    found = load(path)
    assert found == record
    assert found is not None
    assert found.at == ScanPlace(3, 17)


def test_there_is_no_record_before_the_first_scan(tmp_path: Path) -> None:
    assert load(tmp_path / "scan.json") is None


def test_a_damaged_record_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    path.write_bytes(b'{"target": 5')
    with pytest.raises(RecordError, match="remove it and scan again"):
        load(path)


async def test_a_record_that_can_not_be_written_is_an_error_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="name another file with --state"):
        await save(tmp_path / "file" / "scan.json", ScanRecord(target="t", plan="p", full=False))


async def test_the_last_of_several_writes_counts(tmp_path: Path) -> None:
    record, file = ScanRecord(target="t", plan="p", full=False), RecordFile(tmp_path / "scan.json")
    for units in range(20):
        record.reached(ScanPlace(0, units))
        file.write(record)
    await file.written()
    file.close()
    found = load(tmp_path / "scan.json")
    assert found is not None
    assert found.at == ScanPlace(0, 19)


def test_every_port_has_a_file_of_its_own(tmp_path: Path) -> None:
    assert default_path("/dev/serial/by-path/pci-0:1.2", tmp_path).name == "scan-dev-serial-by-path-pci-0-1.2.json"
    assert default_path("192.0.2.10:502", tmp_path).name == "scan-192.0.2.10-502.json"
