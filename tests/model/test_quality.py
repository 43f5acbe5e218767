"""OPC UA status codes."""

from gateway.model.quality import Quality, is_bad, name_of


def test_qualities_have_the_codes_of_opc_ua() -> None:
    assert int(Quality.BadTimeout) == 0x800A0000
    assert int(Quality.UncertainLastUsableValue) == 0x40900000
    assert [is_bad(code) for code in (0, 0x40900000, 0x800A0000, 0x80FF0000)] == [False, False, True, True]
    assert name_of(0x800A0000) == "BadTimeout"
    assert name_of(0x80FF0000) == "0x80FF0000"
