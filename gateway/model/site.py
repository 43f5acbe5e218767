"""The site file: one YAML document that describes a gateway, its devices and its uplink, or a centre, or both."""

from decimal import Decimal
from pathlib import PurePath
from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import (
    BrokerUrl,
    Delay,
    Duration,
    Exact,
    HostName,
    HostPort,
    HttpUrl,
    Identifier,
    Label,
    Name,
    Size,
    TimeZone,
    whole,
)
from gateway.model.stream import Place


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of a site file; unknown keys are errors."""


class OverrideSettings(_Document, frozen=True, kw_only=True):
    """What is different at this site about a point of the profile, or the limit of a derived value."""

    scale: Exact | None = None
    offset: Exact | None = None
    min: Exact | None = None
    max: Exact | None = None
    limit: Exact | None = None


class RatioSettings(_Document, frozen=True, kw_only=True):
    """The ratios of current and voltage transformers that are not set on the meter itself. Readings are multiplied by them."""

    current: Exact = Decimal(1)
    voltage: Exact = Decimal(1)


class SupplySettings(_Document, frozen=True, kw_only=True):
    """The power supply of a device: a point of another device, such as the contactor of its circuit.

    The supply is on while the point is true, "on", a number other than 0, or, with `above`, a number greater than that.
    It is assumed to be on until the point has been read for the first time.
    """

    device: Name
    point: Identifier
    channel: Annotated[int, whole(0, 255)] = 0
    above: Exact | None = None


class DeviceSettings(_Document, frozen=True, kw_only=True):
    """One device on a line. For a product with channels, `channels` maps the number of each channel to its asset.

    `unit` is the Modbus address; by default the factory setting. `meter` is the serial number of the installed meter: a new one starts new
    energy registers. `reversed` means that the current transformers are installed the other way round. `mounting` gives the tags of a
    channel, such as lane and direction.
    """

    id: Name
    profile: Identifier
    unit: Annotated[int, whole(1, 247)] | None = None
    asset: Name | None = None
    channels: dict[int, Name] = {}
    every: Delay | None = None
    powered_by: SupplySettings | None = None
    meter: Name | None = None
    ratio: RatioSettings = RatioSettings()
    reversed: bool = False
    tags: dict[Identifier, Label] = {}
    mounting: dict[int, dict[Identifier, Label]] = {}
    overrides: dict[Identifier, OverrideSettings] = {}


class Rs485Settings(_Document, frozen=True, kw_only=True):
    """Direction control of a half-duplex transceiver by the kernel's driver (TIOCSRS485): the level of RTS while sending."""

    rts_on_send: bool = True
    delay_before_send: Delay = 0.0
    delay_after_send: Delay = 0.0


class LineSettings(_Document, frozen=True, kw_only=True):
    """One line: a serial port, a TCP endpoint, or a serial device server that passes RTU frames over TCP.

    `serial` is a path, or `usb:` and the serial number of an adapter. `turnaround` is how long devices take before they respond, `pause`
    the minimum silence before a request; by default, both are the profiles'. `shared` means that there is another master on the bus, `echo`
    that the adapter receives what it sends. Probes of silent devices take at most `silent_share` percent of the line's time.
    """

    id: Name
    serial: str | None = None
    tcp: HostPort | None = None
    rtu_over_tcp: HostPort | None = None
    baud: Annotated[int, whole(300, 1_000_000)] | None = None
    data_bits: Literal[7, 8] | None = None
    parity: Literal["N", "E", "O"] | None = None
    stop_bits: Literal[1, 2] | None = None
    turnaround: Delay | None = None
    pause: Delay | None = None
    timeout: Duration | None = None
    echo: bool = False
    shared: bool = False
    rs485: Rs485Settings | None = None
    silent_share: Annotated[int, whole(1, 50)] = 10
    devices: Annotated[list[DeviceSettings], msgspec.Meta(min_length=1)]


class AssetSettings(_Document, frozen=True, kw_only=True):
    """The city's name for an asset, and its position (WGS 84, degrees)."""

    name: str | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None

    def place(self) -> Place:
        """Return the place that is part of a stream."""
        return Place(self.name, self.lat, self.lon)


class TlsSettings(_Document, frozen=True, kw_only=True):
    """The files of a TLS connection. Without `ca`, the certificate authorities of the system are trusted."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None


class LoginSettings(_Document, frozen=True, kw_only=True):
    """A user name, and a file that contains only the password (mode 0600)."""

    user: str
    password_file: str


class UplinkSettings(_Document, frozen=True, kw_only=True):
    """Where a gateway sends its batches, and what confirms that they are stored: a receipt of the centre, or the broker.

    `flush` is the interval at which readings are journaled and sent; events do not wait for it. With ten seconds, a typical gateway writes
    less than 300 MB a day to its SD card (tests/bench/wear.py). `clock_wait` is how long a gateway that boots without a trusted clock waits
    for one before it sends.
    """

    broker: BrokerUrl
    confirm: Literal["stored", "broker"] = "stored"
    tls: TlsSettings = TlsSettings()
    login: LoginSettings | None = None
    flush: Duration = 10.0
    clock_wait: Delay = 60.0


class JournalSettings(_Document, frozen=True, kw_only=True):
    """Where readings wait until they are confirmed, and the limits of that file.

    `keep_stored` is how long confirmed readings stay available for a replay.
    """

    path: str = "/var/lib/street-gateway/journal.sqlite"
    max_size: Size = 1 << 30
    max_age: Duration = 30 * 86400.0
    keep_stored: Duration = 86400.0


class InfluxSettings(_Document, frozen=True, kw_only=True):
    """An InfluxDB, or another store that accepts its line protocol.

    `api: v1` is /write; `api: v2` is /api/v2/write, which needs `org`; `api: victoria` is VictoriaMetrics, written like v2 and read through
    its own API. `read_url` is where to read, if a cluster has another address for that; by default, `url`. `gzip` compresses writes; by
    default, those to other machines. `ca` is a PEM file of the authorities to trust over HTTPS; by default, the system's.
    """

    url: HttpUrl
    read_url: HttpUrl | None = None
    api: Literal["v1", "v2", "victoria"] = "v1"
    database: str = "street"
    org: str = ""
    login: LoginSettings | None = None
    token_file: str | None = None
    ca: str | None = None
    gzip: bool | None = None

    def reading(self) -> "InfluxSettings":
        """Return the settings of the connection that reads."""
        return self if self.read_url is None else msgspec.structs.replace(self, url=self.read_url)


class HistorySettings(_Document, frozen=True, kw_only=True):
    """The embedded history: one SQLite file."""

    path: str


class StoreSettings(_Document, frozen=True, kw_only=True):
    """The store of the centre: one of the two."""

    influx: InfluxSettings | None = None
    history: HistorySettings | None = None


class CitySettings(_Document, frozen=True, kw_only=True):
    """How often the message of an asset is published on the city plane: `at_most` when values change, `at_least` when they do not."""

    at_most: Delay = 5.0
    at_least: Delay = 60.0


class RetentionSettings(_Document, frozen=True, kw_only=True):
    """How long the store keeps readings and their roll-ups; by default, for ever.

    `gateway central setup` applies it to InfluxDB; the embedded history, which has no roll-ups, is pruned by `gateway central` itself.
    """

    raw: Duration | None = None
    quarter_hours: Duration | None = None
    days: Duration | None = None


class CentreSettings(_Document, frozen=True, kw_only=True):
    """The centre: its broker, its store, its city plane.

    `dead_letters` is the file for readings that the store rejects; by default, it is in the folder of the embedded history, or in
    /var/lib/street-central.
    """

    broker: BrokerUrl
    tls: TlsSettings = TlsSettings()
    login: LoginSettings | None = None
    store: StoreSettings
    worker: Name = "worker-1"
    listen: HostPort = "127.0.0.1:9274"
    dead_letters: str | None = None
    city: CitySettings = CitySettings()
    retention: RetentionSettings = RetentionSettings()

    def dead_letters_path(self) -> str:
        """Return the file of dead letters."""
        if self.dead_letters is not None:
            return self.dead_letters
        folder = str(PurePath(self.store.history.path).parent) if self.store.history is not None else "/var/lib/street-central"
        return f"{folder}/dead-letters.sqlite"


class ConsoleSettings(_Document, frozen=True, kw_only=True):
    """The web page: where it listens, and a GeoJSON file of streets to draw on the map.

    `hosts` are the names under which browsers reach it through a proxy. Requests for other names are refused.
    """

    listen: HostPort = "127.0.0.1:8080"
    hosts: list[HostName] = []
    streets: str | None = None


class Site(_Document, frozen=True, kw_only=True):
    """One site file. `lines` with `operator`, `gateway` and `uplink` describe an edge gateway; `centre` describes a centre.

    `state` is the folder for what the gateway learns about its devices; by default, that of the journal. Days, in the store's roll-ups, are
    those of `time_zone`.
    """

    site: Name
    time_zone: TimeZone = "UTC"
    operator: Name | None = None
    gateway: Name | None = None
    uplink: UplinkSettings | None = None
    journal: JournalSettings = JournalSettings()
    state: str | None = None
    listen: HostPort = "127.0.0.1:9273"
    lines: list[LineSettings] = []
    assets: dict[Name, AssetSettings] = {}
    centre: CentreSettings | None = None
    console: ConsoleSettings = ConsoleSettings()
