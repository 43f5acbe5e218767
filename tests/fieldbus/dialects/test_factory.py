"""The dialect of every product of the library."""

import pytest

from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.dialects.binary_frames import FrameDialect
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.dialects.text_lines import TextDialect
from gateway.fieldbus.dialects.umb import UmbDialect
from tests.profiles.library import LIBRARY


@pytest.mark.parametrize("name", [name for name in LIBRARY.names if LIBRARY.get(name).modbus is None])
def test_a_product_gets_the_dialect_that_its_profile_names(name: str) -> None:
    profile = LIBRARY.get(name)
    expected = TextDialect if profile.text else FrameDialect if profile.frame else UmbDialect
    assert type(dialect_of(bind_every_point(profile))) is expected


def test_a_modbus_product_has_no_dialect() -> None:
    with pytest.raises(ValueError, match="profile 'xy_md02' has no 'text', 'frame' or 'umb' section"):
        dialect_of(bind_every_point(LIBRARY.get("xy_md02")))
