"""A device that was found becomes a line of the site file, with its copies."""

import msgspec
import pytest

from gateway.provision.commission.candidate import CandidateDevice, commissioned, line_for, load_with, parsed_settings
from tests.provision.commission.sites import TEXT, loaded
from tests.provision.products import LIBRARY

SDM630, MR6C = LIBRARY.get("eastron_sdm630"), LIBRARY.get("wirenboard_mr6c")


def wish(**keys: object) -> CandidateDevice:
    usual = {"target": "192.0.2.10", "profile": "eastron_sdm630", "unit": 4, "asset": "QE 042"}
    return msgspec.convert(usual | keys, CandidateDevice)


def test_a_device_at_a_known_endpoint_is_on_its_line() -> None:
    assert line_for(wish(), loaded(), SDM630).id == "panel-7"


def test_a_new_port_gets_a_line_with_the_settings_that_are_not_the_factorys() -> None:
    line = line_for(wish(target="/dev/serial/by-path/pci-0:usb-1", settings="19200 8E1"), loaded(), SDM630)
    assert (line.id, line.serial, line.baud, line.parity, line.stop_bits) == (
        "pci-0-usb-1",
        "/dev/serial/by-path/pci-0:usb-1",
        19200,
        "E",
        None,
    )


def test_copies_are_counted_up_and_channels_get_assets() -> None:
    after = loaded(commissioned(TEXT, loaded(), wish(copies=2, lat=43.9, lon=11.1), SDM630)).site
    assert [one.unit for one in after.lines[0].devices] == [3, 4, 5, 6]
    relay = loaded(commissioned(TEXT, loaded(), wish(profile="wirenboard_mr6c", target="/dev/ttyUSB0"), MR6C)).site.lines[1].devices[0]
    assert relay.channels[5] == "qe-042-6"


def test_a_device_without_an_asset_is_refused() -> None:
    with pytest.raises(ValueError, match="asset is missing"):
        commissioned(TEXT, loaded(), wish(asset=""), SDM630)


@pytest.mark.parametrize("text", ["", "fast", "9600", "9600 9N1", "9600 8X1"])
def test_settings_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="9600 8N1"):
        parsed_settings(text)


def test_the_load_grows_with_copies() -> None:
    few, many = (load_with(loaded(), wish(copies=count, target="/dev/ttyUSB0"), SDM630) for count in (0, 5))
    assert few.before == many.before == 0
    assert 5 * few.after < many.after < 7 * few.after
