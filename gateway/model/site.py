"""The site file: one YAML document that says what one gateway reads, where it sends it, and what a centre does with it."""

from decimal import Decimal
from pathlib import PurePath
from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import BrokerUrl, Delay, Duration, Exact, HostPort, HttpUrl, Identifier, Name, Size, whole
from gateway.model.stream import Place


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the site file: unknown keys are errors."""


class OverrideSettings(_Document, frozen=True, kw_only=True):
    """What this site knows better about one point than its profile; of a derived value, the limit."""

    scale: Exact | None = None
    offset: Exact | None = None
    min: Exact | None = None
    max: Exact | None = None
    limit: Exact | None = None


class RatioSettings(_Document, frozen=True, kw_only=True):
    """Transformers before a meter that it was not told of: how many times more flows, or stands, before them."""

    current: Exact = Decimal(1)
    voltage: Exact = Decimal(1)


class SupplySettings(_Document, frozen=True, kw_only=True):
    """What feeds a device: a point of another device, such as the contactor of its circuit.

    The supply is on while the point is true, "on", a number other than 0, or, where `above` is given, a number above that.
    Until the point was read for the first time, it is taken to be on.
    """

    device: Name
    point: Identifier
    channel: Annotated[int, whole(0, 255)] = 0
    above: Exact | None = None


class DeviceSettings(_Document, frozen=True, kw_only=True):
    """One instrument on a line. A product with channels maps each channel's number to the asset that it serves.

    `meter` names the meter that hangs there (its serial number): a new one begins a new series of registers. `reversed` says that its
    current transformers are mounted the other way round. `mounting` gives a channel tags such as lane and direction.
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
    tags: dict[Identifier, str] = {}
    mounting: dict[int, dict[Identifier, str]] = {}
    overrides: dict[Identifier, OverrideSettings] = {}


class Rs485Settings(_Document, frozen=True, kw_only=True):
    """Direction control of a half-duplex transceiver by the port's driver (TIOCSRS485): the level of RTS while sending."""

    rts_on_send: bool = True
    delay_before_send: Delay = 0.0
    delay_after_send: Delay = 0.0


class LineSettings(_Document, frozen=True, kw_only=True):
    """One bus: a serial port, a TCP endpoint, or a serial device server that passes RTU frames over TCP.

    `serial` is a path, or `usb:` and the serial number of an adapter. `turnaround` is how long devices here take to begin an
    answer, `pause` the least silence before a request; both are the profiles' where they are left out. `shared` says that
    another master talks on the bus, `echo` that the adapter hears what it sends. Silent devices together take no more than
    `silent_share` percent of the line.
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
    """What the city calls the thing, and where it stands (WGS 84, degrees)."""

    name: str | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None

    def place(self) -> Place:
        """Give what of it travels with a stream."""
        return Place(self.name, self.lat, self.lon)


class TlsSettings(_Document, frozen=True, kw_only=True):
    """The files of a TLS connection; without `ca` the system's authorities are trusted."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None


class LoginSettings(_Document, frozen=True, kw_only=True):
    """A user name, and the file that holds the password alone (mode 0600)."""

    user: str
    password_file: str


class UplinkSettings(_Document, frozen=True, kw_only=True):
    """Where a gateway sends its batches, and whose word counts that they are stored.

    `flush` is how often readings are written down and sent; events do not wait for it. With ten seconds a usual gateway writes less than
    300 MB a day to its card (tests/bench/wear.py). `clock_wait` is how long a gateway that has just booted without a trusted clock waits
    for one before it sends.
    """

    broker: BrokerUrl
    confirm: Literal["stored", "broker"] = "stored"
    tls: TlsSettings = TlsSettings()
    login: LoginSettings | None = None
    flush: Duration = 10.0
    clock_wait: Delay = 60.0


class JournalSettings(_Document, frozen=True, kw_only=True):
    """Where readings wait until they are stored, and how much room they may take."""

    path: str = "/var/lib/street-gateway/journal.sqlite"
    max_size: Size = 1 << 30
    max_age: Duration = 30 * 86400.0
    keep_stored: Duration = 86400.0


class InfluxSettings(_Document, frozen=True, kw_only=True):
    """An InfluxDB, or anything that takes its line protocol.

    `api: v1` is /write, `api: v2` is /api/v2/write; `api: victoria` is VictoriaMetrics, written to like v2 and read in its own way.
    `gzip` compresses writes; by default they are compressed unless the store is on this machine. `ca` is a PEM file of the authorities to
    trust over HTTPS, in place of the system's.
    """

    url: HttpUrl
    api: Literal["v1", "v2", "victoria"] = "v1"
    database: str = "street"
    org: str = ""
    login: LoginSettings | None = None
    token_file: str | None = None
    ca: str | None = None
    gzip: bool | None = None


class HistorySettings(_Document, frozen=True, kw_only=True):
    """The embedded history: one SQLite file."""

    path: str


class StoreSettings(_Document, frozen=True, kw_only=True):
    """Where the centre writes: one of the two."""

    influx: InfluxSettings | None = None
    history: HistorySettings | None = None


class CitySettings(_Document, frozen=True, kw_only=True):
    """How often an asset's message on the city plane is published: at most when something changed, at least when nothing did."""

    at_most: Delay = 5.0
    at_least: Delay = 60.0


class RetentionSettings(_Document, frozen=True, kw_only=True):
    """How long the store keeps readings and their roll-ups; None means for ever.

    `gateway central setup` sets it in InfluxDB; the embedded history, which has no roll-ups, is pruned by `gateway central` itself.
    """

    raw: Duration | None = None
    quarter_hours: Duration | None = None
    days: Duration | None = None


class CentreSettings(_Document, frozen=True, kw_only=True):
    """What `gateway central` reads and writes.

    `dead_letters` is the file of what no store took; without it, one beside the embedded history or in /var/lib/street-central.
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
        """Give the file of dead letters."""
        if self.dead_letters is not None:
            return self.dead_letters
        folder = str(PurePath(self.store.history.path).parent) if self.store.history is not None else "/var/lib/street-central"
        return f"{folder}/dead-letters.sqlite"


class ConsoleSettings(_Document, frozen=True, kw_only=True):
    """The web page: where it listens, and a GeoJSON file of streets to draw under the assets."""

    listen: HostPort = "127.0.0.1:8080"
    streets: str | None = None


class Site(_Document, frozen=True, kw_only=True):
    """One site file. `lines` with `operator`, `gateway` and `uplink` make an edge gateway; `centre` makes a centre.

    `state` is the folder for what the gateway learns of its devices; without it, the journal's.
    """

    site: Name
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
