"""Changes of what the site file says about a device."""

from decimal import Decimal

import pytest

from gateway.config.site_file import site_of_text
from gateway.model.site.lines import RatioSettings
from gateway.provision.commission.device_change import DeviceChange, changed_device, form_of, load_of_change
from tests.provision.commission.sites import TEXT, loaded

SERIAL = TEXT.replace("tcp: 192.0.2.10:502", "serial: /dev/ttyUSB0\n    baud: 9600")


def changed(text: str, **keys: object) -> str:
    return changed_device(text, loaded(text), DeviceChange(device="qe-041-meter", **keys))  # type: ignore[arg-type]


def test_a_form_has_what_the_site_file_says_and_the_usual_interval() -> None:
    form = form_of(loaded(), "qe-041-meter")
    assert (form.line, form.every_s, form.usual_s, form.is_meter, form.current_ratio) == ("panel-7", None, 10.0, True, 1.0)
    with pytest.raises(ValueError, match="there is no device 'nobody'"):
        form_of(loaded(), "nobody")


def test_what_is_named_changes_and_comments_stay() -> None:
    text = changed(TEXT, every_s=5.0, meter="20431177", reversed=True, current_ratio=40.0)
    (line,) = site_of_text(text, "site.yaml").site.lines
    (device,) = line.devices
    assert (device.every, device.meter, device.reversed) == (5.0, "20431177", True)
    assert device.ratio == RatioSettings(current=Decimal(40))
    assert "every: 5s" in text
    assert "# in the door" in text
    assert changed(text, voltage_ratio=2.0).count("current: 40") == 1


def test_a_form_that_is_sent_back_as_it_is_changes_nothing() -> None:
    text = changed(TEXT, every_s=5.0, current_ratio=2.5)
    form = form_of(loaded(text), "qe-041-meter")
    same = {
        "every_s": form.every_s,
        "meter": form.meter,
        "reversed": form.reversed,
        "current_ratio": form.current_ratio,
        "voltage_ratio": form.voltage_ratio,
    }
    assert changed(text, **same) == text


def test_the_usual_values_remove_their_keys() -> None:
    text = changed(changed(TEXT, every_s=5.0, current_ratio=40.0), every_s=None, current_ratio=1.0)
    assert "every" not in text
    assert "ratio" not in text


def test_half_the_interval_is_twice_the_load_of_the_line() -> None:
    load = load_of_change(SERIAL, loaded(SERIAL), DeviceChange(device="qe-041-meter", every_s=5.0))
    assert 1.9 * load.before < load.after < 2.1 * load.before
    same = load_of_change(SERIAL, loaded(SERIAL), DeviceChange(device="qe-041-meter"))
    assert same.before == same.after == load.before
