"""Settings as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.scalar_readers import duration, size
from gateway.model.site.assets import AssetSettings, DimmingSettings
from gateway.model.site.lines import DeviceSettings, LineSettings, OverrideSettings
from gateway.model.site.uplink import JournalSettings, UplinkSettings
from gateway.staging.settings_text import is_default, settings_as_written, value_as_written


def test_only_what_is_not_the_default_is_written() -> None:
    device = DeviceSettings(id="d", profile="p", every=90.0, overrides={"u": OverrideSettings(min=Decimal("0.5"))}, channels={3: "pl-1"})
    line = LineSettings(id="l", tcp="h:1", timeout=0.25, silent_share=10, devices=[device])
    written = {"id": "d", "profile": "p", "channels": {3: "pl-1"}, "every": "90s", "overrides": {"u": {"min": Decimal("0.5")}}}
    assert settings_as_written(line) == {"id": "l", "tcp": "h:1", "timeout": "250ms", "devices": [written]}
    assert settings_as_written(AssetSettings()) == {}
    dimming = DimmingSettings(begin=23 * 60 + 5, end=60, level=50)
    assert settings_as_written(dimming) == {"begin": "23:05", "end": "01:00", "level": 50}
    assert settings_as_written(UplinkSettings(broker=("mqtts://a", "mqtts://b"))) == {"broker": ["mqtts://a", "mqtts://b"]}


@given(st.floats(0.001, 3660 * 86400) | st.sampled_from([0.001, 0.5, 60.0, 5400.0, 86400.0]))
def test_a_duration_is_read_again_exactly(seconds: float) -> None:
    written = value_as_written(DeviceSettings, "every", seconds)
    assert duration(written if not isinstance(written, str) else None, str(written)) == seconds  # type: ignore[arg-type]


@given(st.integers(1, 1 << 50))
def test_a_size_is_read_again_exactly(count: int) -> None:
    written = value_as_written(JournalSettings, "max_size", count)
    assert size(None, str(written)) == count


def test_units_are_those_that_people_use() -> None:
    values = {0.0: "0s", 0.5: "500ms", 10.0: "10s", 60.0: "1min", 3600.0: "1h", 86400.0: "1d", 90.0: "90s"}
    assert {one: value_as_written(DeviceSettings, "every", one) for one in values} == values
    assert value_as_written(JournalSettings, "max_size", 1 << 30) == "1GiB"
    assert value_as_written(DeviceSettings, "every", "2 min") == "2 min"


def test_a_key_that_settings_do_not_have_is_refused() -> None:
    assert is_default(DeviceSettings, "unit", None)
    assert not is_default(DeviceSettings, "unit", 3)
    assert not is_default(DeviceSettings, "id", None)
    with pytest.raises(KeyError):
        is_default(DeviceSettings, "units", None)
