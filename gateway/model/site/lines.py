"""The key `lines`: the buses of a gateway, and the devices on them."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import Delay, Duration, Exact, HostPort, Identifier, Label, Name, says, whole
from gateway.model.site.part import SitePart


class OverrideSettings(SitePart, frozen=True, kw_only=True):
    """What is different at this site about a point of the profile, or the limit of a derived value."""

    scale: Annotated[Exact | None, says("Factor from the raw value, instead of the profile's.")] = None
    offset: Annotated[Exact | None, says("What is added after scaling.")] = None
    min: Annotated[Exact | None, says("Least value that is accepted; a lesser one is `BadOutOfRange`.")] = None
    max: Annotated[Exact | None, says("Greatest value that is accepted.")] = None
    limit: Annotated[Exact | None, says("Limit of a computed value.")] = None


class RatioSettings(SitePart, frozen=True, kw_only=True):
    """The ratios of current and voltage transformers that are not set on the meter itself. Readings are multiplied by them."""

    current: Annotated[Exact, says("Ratio of the current transformers, for example 40 for 200/5 A.")] = Decimal(1)
    voltage: Annotated[Exact, says("Ratio of the voltage transformers.")] = Decimal(1)


class SupplySettings(SitePart, frozen=True, kw_only=True):
    """The power supply of a device: a point of another device, such as the contactor of its circuit.

    The supply is on while the point is true, "on", a number other than 0, or, with `above`, a number greater than that.
    It is assumed to be on until the point has been read for the first time.
    """

    device: Annotated[Name, says("The device that tells whether there is power.")]
    point: Annotated[Identifier, says("Its point.")]
    channel: Annotated[int, whole(0, 255), says("The channel of that point, for products with channels.")] = 0
    above: Annotated[
        Exact | None, says("The power is on if the point is above this number; by default, if it is true, `on`, or not 0.")
    ] = None


class DeviceSettings(SitePart, frozen=True, kw_only=True):
    """One device on a line."""

    id: Annotated[Name, says("Name of the device.")]
    profile: Annotated[Identifier, says("The product; `gateway profiles list` shows all.")]
    unit: Annotated[Annotated[int, whole(1, 247)] | None, says("Modbus address; by default, the factory setting.")] = None
    asset: Annotated[Name | None, says("The asset that it measures.")] = None
    channels: Annotated[dict[int, Name], says("For products with channels: the asset of each channel, by number.")] = {}
    every: Annotated[
        Delay | None, says("Interval between two readings; by default, the profile's. `0s`: as often as the line allows (serial lines).")
    ] = None
    expected_within: Annotated[
        Duration | None,
        says(
            "For devices that send by themselves: how long one is silent at most. After that it counts as not responding. By default, the "
            "profile's; without one, silence means nothing."
        ),
    ] = None
    powered_by: Annotated[SupplySettings | None, says("Its power supply: it is not polled while this has no power.")] = None
    meter: Annotated[Name | None, says("Number of the installed meter; a new number starts new energy registers.")] = None
    ratio: Annotated[RatioSettings, says("Transformers that are not configured in the meter.")] = RatioSettings()
    reversed: Annotated[bool, says("`true`: its current transformers are mounted the wrong way round.")] = False
    tags: Annotated[dict[Identifier, Label], says("Tags that are stored with each reading.")] = {}
    mounting: Annotated[dict[int, dict[Identifier, Label]], says("Tags of single channels, such as lane and direction, by number.")] = {}
    overrides: Annotated[
        dict[Identifier, OverrideSettings], says("Corrections of the profile that hold on this site, by point or computed value.")
    ] = {}


class Rs485Settings(SitePart, frozen=True, kw_only=True):
    """Direction control of a half-duplex transceiver by the kernel's driver (TIOCSRS485): the level of RTS while sending."""

    rts_on_send: Annotated[bool, says("Level of RTS while sending.")] = True
    delay_before_send: Annotated[Delay, says("Pause between setting RTS and sending.")] = 0.0
    delay_after_send: Annotated[Delay, says("Pause between sending and resetting RTS.")] = 0.0


class LineSettings(SitePart, frozen=True, kw_only=True):
    """One line: a serial port, a TCP endpoint, or a serial device server that passes RTU frames over TCP."""

    id: Annotated[Name, says("Name of the line.")]
    serial: Annotated[
        str | None, says("Serial port: a path, best below `/dev/serial/by-path/`, or `usb:` and the serial number of the adapter.")
    ] = None
    tcp: Annotated[
        HostPort | None, says("Address of a Modbus TCP device, or of a serial device server for instruments without Modbus.")
    ] = None
    rtu_over_tcp: Annotated[HostPort | None, says("Address of a serial device server that passes Modbus RTU.")] = None
    baud: Annotated[
        Annotated[int, whole(300, 1_000_000)] | None, says("Baud rate; by default, the products' factory setting, as the next three.")
    ] = None
    data_bits: Annotated[Literal[7, 8] | None, says("Data bits.")] = None
    parity: Annotated[Literal["N", "E", "O"] | None, says("Parity: none, even or odd.")] = None
    stop_bits: Annotated[Literal[1, 2] | None, says("Stop bits.")] = None
    turnaround: Annotated[Delay | None, says("How long devices take to start a response, for predictions; by default, the profiles'.")] = (
        None
    )
    pause: Annotated[
        Delay | None, says("Least silence before a request, if devices need more than 3.5 characters; by default, the profiles'.")
    ] = None
    timeout: Annotated[Duration | None, says("How long a device may take to start its response; by default, the profiles'.")] = None
    echo: Annotated[bool, says("`true`: the adapter receives what it sends.")] = False
    shared: Annotated[bool, says("`true`: another master uses this bus too; the gateway waits for it to finish.")] = False
    rs485: Annotated[Rs485Settings | None, says("Direction control by the port's driver.")] = None
    silent_share: Annotated[int, whole(1, 50), says("Percentage of the line's time that silent devices may use together.")] = 10
    devices: Annotated[list[DeviceSettings], msgspec.Meta(min_length=1), says("The devices on the line.")]
