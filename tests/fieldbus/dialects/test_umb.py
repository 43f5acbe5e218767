"""UMB, against the examples of its specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.dialects import umb
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.model.quality import Quality
from gateway.model.site.lines import DeviceSettings
from tests.profiles.library import LIBRARY


def test_umb_requests_have_the_bytes_of_the_specification() -> None:
    # UMB protocol, chapter 3.11 (CRC corrected), MARWIS manual, 19.2.4 and 19.2.5.
    assert umb.data_request(7, 1, [100]).hex(" ") == "01 10 01 70 01 f0 04 02 23 10 64 00 03 61 d9 04"
    assert umb.data_request(10, 1, [100]).hex(" ") == "01 10 01 a0 01 f0 04 02 23 10 64 00 03 be f8 04"
    assert umb.data_request(10, 1, [100, 900]).hex(" ") == "01 10 01 a0 01 f0 07 02 2f 10 02 64 00 84 03 03 c1 26 04"


@pytest.mark.parametrize(
    ("payload", "channels"),
    [
        ("23 10 00 64 00 16 C3 D8 C2 41", [(100, pytest.approx(24.36, abs=0.005), Quality.Good)]),
        ("2F 10 00 02 08 00 64 00 16 CB 3D A5 41 05 00 84 03 10 01", [(100, pytest.approx(20.655, abs=0.0005), Quality.Good), (900, 1, Quality.Good)]),
        ("2F 10 00 01 03 28 64 00", [(100, None, Quality.BadWaitingForInitialData)]),
        ("2F 10 00 01 03 24 64 00", [(100, None, Quality.BadConfigurationError)]),
        ("2F 10 00 01 05 00 64 00 99 01", [(100, None, Quality.BadDecodingError)]),
        ("2F 10 00 01 01 00", []),
        ("23 10", []),
    ],
)  # fmt: skip
def test_umb_responses_contain_values_types_and_states(payload: str, channels: list[tuple[int, object, Quality]]) -> None:
    assert umb.channels_in(bytes.fromhex(payload)) == channels


@given(st.binary(max_size=60))
def test_any_umb_payload_is_decoded_without_an_error(payload: bytes) -> None:
    umb.channels_in(payload)


def umb_dialect() -> umb.UmbDialect:
    profile = LIBRARY.get("lufft_ws600_umb")
    dialect = dialect_of(bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {}))
    assert isinstance(dialect, umb.UmbDialect)
    return dialect


def test_a_umb_response_of_another_station_and_the_own_echo_are_ignored() -> None:
    dialect = umb_dialect()
    assert dialect.feed(umb.data_request(7, 1, [100, 200])) == []
    assert dialect.feed(bytes.fromhex("01 10 01 F0 01 A0 0A 02 23 10 00 64 00 16 C3 D8 C2 41 03 BA 2C 04")) == []
    (told,) = dialect.feed(bytes.fromhex("01 10 01 F0 01 70 0A 02 23 10 00 64 00 16 F5 54 E1 41 03 90 86 04"))
    assert list(told.values) == [0]


def test_a_query_names_no_more_channels_than_fit_in_a_response() -> None:
    profile = LIBRARY.get("lufft_ws600_umb")
    device = bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {})
    slots = tuple(device.slots[0]._replace(point=point) for point in profile.points)
    queries = dialect_of(device._replace(slots=slots)).queries
    assert [query.data[10] for query in queries] == [20, 10]
