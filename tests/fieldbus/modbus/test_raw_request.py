"""Raw requests in the words of `gateway ask`."""

import pytest

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.modbus.raw_request import RawRequestError, raw_request

PROFILE = ProfileLibrary().get("carlo_gavazzi_em340")


@pytest.mark.parametrize(
    ("words", "pdu", "writes", "first"),
    [
        ("read input 0 12", "04 00 00 00 0c", False, 0),
        ("read coil 0x10", "01 00 10 00 01", False, 16),
        ("write coil 3 on", "05 00 03 ff 00", True, None),
        ("write coil 3 1 0 1", "0f 00 03 00 03 01 05", True, None),
        ("write holding 10 500", "06 00 0a 01 f4", True, None),
        ("write holding 10 500 501", "10 00 0a 00 02 04 01 f4 01 f5", True, None),
        ("mask 4 0xF2 0x25", "16 00 04 00 f2 00 25", True, None),
        ("swap 0 6 10 500", "17 00 00 00 06 00 0a 00 01 02 01 f4", True, None),
        ("file 4 1 2", "14 07 06 00 04 00 01 00 02", False, None),
        ("file 4 7 1 9", "15 09 06 00 04 00 07 00 01 00 09", True, None),
        ("identify", "2b 0e 01 00", False, None),
    ],
)
def test_words_stand_for_a_request_and_writes_are_known(words: str, pdu: str, first: int | None, *, writes: bool) -> None:
    found = raw_request(words.split(), 7, PROFILE)
    assert (found.request.unit, found.request.pdu.hex(" "), found.writes, found.first) == (7, pdu, writes, first)


@pytest.mark.parametrize(
    ("words", "english", "italian"),
    [
        (
            "reed input 1",
            "unknown request 'reed'; write one of: file, identify, mask, read, swap, vendor, write",
            "richiesta sconosciuta 'reed'; scrivi uno di: file, identify",
        ),
        ("read inputs 1", "unknown table 'inputs'; write one of: coil", "tabella sconosciuta 'inputs'; scrivi uno di: "),
        ("read input 70000", "70000 is outside of 0 to 65535", "70000 non è tra 0 e 65535"),
        ("read holding 0 126", "126 is outside of 1 to 125", "126 non è tra 1 e 125"),
        ("read", "invalid request 'read' (", "richiesta 'read' non valida ("),
        ("write coil 1 maybe", "invalid request", "richiesta 'write coil 1 maybe' non valida"),
        ("write input 1 2", "'input' can't be written; write coil or holding", "'input' non è scrivibile"),
        ("vendor reset", "has no function 'reset'; remove it", "non ha la funzione 'reset'; toglila"),
        ("file 4 1 2 7", "2 registers, but 1 values", "2 registri, ma 1 valori"),
    ],
)
def test_other_words_are_an_error_in_both_languages(words: str, english: str, italian: str) -> None:
    with pytest.raises(RawRequestError) as error:
        raw_request(words.split(), 1, PROFILE)
    assert english in str(error.value)
    assert italian in error.value.italian
