"""Names of devices."""

from firmware_tools.rollout.device import DeviceName
from tests.firmware_tools.rollout.rollouts import known


def test_a_device_is_named_by_operator_gateway_and_name_and_hangs_on_a_line_of_its_gateway() -> None:
    assert str(DeviceName("citelum", "gw-1", "relay-7")) == "citelum/gw-1/relay-7"
    assert known("gw-1", "relay-7", "bus").at == ("citelum", "gw-1", "bus")
