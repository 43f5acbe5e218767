"""Every import: nothing that is sent breaks it."""

import random

import pytest

from gateway.situation.imports.importing import READERS
from gateway.situation.imports.port import ImportedSituation, ImportRejected
from tests.situation.examples import ROME
from tests.situation.imports.samples import FILES, sample

_TRIALS = 150
TABLE = b"id;oggetto;via;inizio;fine;lon;lat\na-1;Condotta;Via Roma;1/2/2027;28/2/2027;11,1;43,9\n"


def read(name: str, content: bytes) -> list[ImportedSituation] | None:
    try:
        return READERS[name](content, ROME)
    except ImportRejected:
        return None


def broken(rng: random.Random, content: bytes) -> bytes:
    """Return a document that is cut off, or has other bytes in some places, or some of it twice."""
    at, to = sorted(rng.randrange(len(content)) for _ in range(2))
    match rng.randrange(4):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + content[to:]
        case 2:
            return content[:to] + content[at:]
        case _:
            changed = bytearray(content)
            for _ in range(rng.randrange(1, 20)):
                changed[rng.randrange(len(changed))] = rng.choice(b'\x00\xff<>"&;,.{}[]0123456789azAZ:- ')
            return bytes(changed)


@pytest.mark.parametrize("name", sorted(READERS))
def test_broken_documents_are_read_or_rejected_and_each_situation_says_why(name: str) -> None:
    rng = random.Random(20261130)
    contents = [sample(file)[:20_000] if name == "datex" else sample(file) for file in FILES.get(name, [])] or [TABLE]
    whole = [sample(file) for file in FILES.get(name, [])] or [TABLE]
    assert any(read(name, one) for one in whole)
    for _ in range(_TRIALS):
        found = read(name, broken(rng, rng.choice([*contents, whole[0]])))
        assert all(one.draft is not None or one.deviations for one in found or [])
