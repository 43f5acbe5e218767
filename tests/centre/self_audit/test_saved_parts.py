"""The ledger on disk."""

from pathlib import Path

from gateway.centre.dead_letters import DeadLetters, NewLetter
from gateway.centre.self_audit.parts import Part, encode_part
from gateway.centre.self_audit.saved_parts import SavedParts
from tests.centre.self_audit.ledgers import ME, PART_MS, T


def test_a_worker_finds_its_parts_again_beside_the_dead_letters(tmp_path: Path) -> None:
    path = tmp_path / "dead-letters.sqlite"
    letters = DeadLetters(path)
    letters.add([NewLetter("line", "t", "why", b"x")])
    saved = SavedParts(path, "prato", "worker-1", PART_MS)
    part = Part(7)
    part.batches.append(5)
    saved.save([(ME, T, encode_part(Part(1))), (ME, T, encode_part(part)), (ME, T + PART_MS, b"of another version")], 0)
    saved.close()
    again = SavedParts(path, "prato", "worker-1", PART_MS)
    found = again.load(T)
    assert list(found) == [(ME, T)]
    assert (list(found[ME, T].batches), found[ME, T].due_ms) == ([5], 7)
    assert again.load(T + 1) == {}
    again.save([], T + 1)
    assert again.load(0) == {}
    for worker, part_ms in (("worker-2", PART_MS), ("worker-1", 1000)):
        other = SavedParts(path, "prato", worker, part_ms)
        assert other.load(0) == {}
        other.close()
    assert letters.count() == 1
    again.close()
    letters.close()
