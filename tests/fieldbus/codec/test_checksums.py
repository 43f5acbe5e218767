"""Checksums, against the catalogue and the examples of specifications."""

from typing import get_args

import pytest

from gateway.fieldbus.codec.checksums import CHECKSUMS, crc16, wxt_crc
from gateway.model.profile import CheckKind

CATALOGUE = {
    "crc8/smbus": 0xF4, "crc8/maxim": 0xA1, "crc8/nrsc5": 0xF7, "crc8/wavetronix": 0xBC, "crc16/modbus": 0x4B37, "crc16/arc": 0xBB3D,
    "crc16/mcrf4xx": 0x6F91, "crc16/ccitt-false": 0x29B1, "crc16/xmodem": 0x31C3, "crc16/kermit": 0x2189,
    "sum8": 0xDD, "sum8/inverted": 0x22, "sum8/negated": 0x23, "sum16": 0x01DD, "xor8": 0x31,
}  # fmt: skip


@pytest.mark.parametrize("kind", CATALOGUE)
def test_a_checksum_has_the_catalogues_check_value(kind: CheckKind) -> None:
    assert CHECKSUMS[kind].of(b"123456789") == CATALOGUE[kind]


def test_every_checksum_that_a_profile_may_name_exists() -> None:
    assert set(CHECKSUMS) == set(get_args(CheckKind)) == set(CATALOGUE)


def test_the_checksum_of_a_wxt_matches_its_guide() -> None:
    # Vaisala WXT510 and WXT520 guides: the responses with CRC.
    assert wxt_crc(b"0r1,Sn=0.1M,Sm=0.1M,Sx=0.1M") == b"GOG"
    assert wxt_crc(b"0r5,Th=25.0C,Vh=10.6#,Vs=10.8V,Vr=3.369V") == b"O]T"


def test_the_crc_is_the_specifications() -> None:
    # Modbus over Serial Line V1.02, section 6.2.2: the frame 02 07 has the CRC 41 12, sent low byte first.
    assert crc16(bytes.fromhex("0207")) == bytes.fromhex("4112")
