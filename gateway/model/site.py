"""The site file: one YAML document that describes a gateway, its devices and its uplink, or a centre, or both."""

from decimal import Decimal
from pathlib import PurePath
from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import (
    BrokerUrls,
    Delay,
    Duration,
    Exact,
    HostName,
    HostPort,
    HttpUrl,
    Identifier,
    Label,
    LocalTime,
    Name,
    Size,
    TimeOfDay,
    TimeZone,
    says,
    whole,
)
from gateway.model.stream import Place


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of a site file; unknown keys are errors."""


class OverrideSettings(_Document, frozen=True, kw_only=True):
    """What is different at this site about a point of the profile, or the limit of a derived value."""

    scale: Annotated[Exact | None, says("Factor from the raw value, instead of the profile's.")] = None
    offset: Annotated[Exact | None, says("What is added after scaling.")] = None
    min: Annotated[Exact | None, says("Least value that is accepted; a lesser one is `BadOutOfRange`.")] = None
    max: Annotated[Exact | None, says("Greatest value that is accepted.")] = None
    limit: Annotated[Exact | None, says("Limit of a computed value.")] = None


class RatioSettings(_Document, frozen=True, kw_only=True):
    """The ratios of current and voltage transformers that are not set on the meter itself. Readings are multiplied by them."""

    current: Annotated[Exact, says("Ratio of the current transformers, for example 40 for 200/5 A.")] = Decimal(1)
    voltage: Annotated[Exact, says("Ratio of the voltage transformers.")] = Decimal(1)


class SupplySettings(_Document, frozen=True, kw_only=True):
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


class DeviceSettings(_Document, frozen=True, kw_only=True):
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


class Rs485Settings(_Document, frozen=True, kw_only=True):
    """Direction control of a half-duplex transceiver by the kernel's driver (TIOCSRS485): the level of RTS while sending."""

    rts_on_send: Annotated[bool, says("Level of RTS while sending.")] = True
    delay_before_send: Annotated[Delay, says("Pause between setting RTS and sending.")] = 0.0
    delay_after_send: Annotated[Delay, says("Pause between sending and resetting RTS.")] = 0.0


class LineSettings(_Document, frozen=True, kw_only=True):
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


class DimmingSettings(_Document, frozen=True, kw_only=True):
    """A part of the night in which the lamps of a panel are dimmed."""

    begin: Annotated[TimeOfDay, says('When it begins, in the site\'s time zone, for example `"23:00"`.')]
    end: Annotated[TimeOfDay, says("When it ends.")]
    level: Annotated[int, whole(1, 100), says("Light output in percent.")]


class LightingSettings(_Document, frozen=True, kw_only=True):
    """What is connected to a lighting panel, and when it should burn: what its readings are compared with, for `gateway central`."""

    lamps: Annotated[int, whole(1, 10_000), says("How many lamps it feeds.")]
    lamp_power: Annotated[
        float, msgspec.Meta(gt=0, le=10_000), says("Nominal power of a lamp with its control gear, in watts; the mean if they differ.")
    ]
    base_power: Annotated[
        float, msgspec.Meta(ge=0, le=100_000), says("Power of what is not a lamp, such as the controller, in watts, day and night.")
    ] = 0.0
    source: Annotated[
        Literal["led", "discharge"], says("Light source: the power of discharge lamps on magnetic ballasts depends on the voltage.")
    ] = "led"
    elevation: Annotated[
        float,
        msgspec.Meta(ge=-18, le=5),
        says("Elevation of the sun at which the lamps switch, in degrees: -0.833 is sunset, -6 the end of civil twilight."),
    ] = -0.833
    dimming: Annotated[list[DimmingSettings], says("When the lamps are dimmed; of two that overlap, the later one counts.")] = []
    nominal_voltage: Annotated[float, msgspec.Meta(gt=0, le=1000), says("Nominal voltage of a phase, in volts.")] = 230.0
    pod: Annotated[Label | None, says("Code of the point of delivery (POD), for PELL.")] = None
    pell_id: Annotated[Label | None, says("Identifier of the panel at PELL; by default, its name here.")] = None


class AssetSettings(_Document, frozen=True, kw_only=True):
    """The city's name for an asset, its position (WGS 84, degrees), and, of a lighting panel, what it feeds."""

    name: Annotated[str | None, says("The city's name for it.")] = None
    lat: Annotated[Annotated[float, msgspec.Meta(ge=-90, le=90)] | None, says("Latitude in degrees (WGS 84).")] = None
    lon: Annotated[Annotated[float, msgspec.Meta(ge=-180, le=180)] | None, says("Longitude in degrees (WGS 84).")] = None
    lighting: Annotated[LightingSettings | None, says("Of a lighting panel: its lamps and when they burn.")] = None
    panel: Annotated[Name | None, says("Of a pole: the lighting panel that feeds it.")] = None

    def place(self) -> Place:
        """Return the place that is part of a stream."""
        return Place(self.name, self.lat, self.lon)


class TlsSettings(_Document, frozen=True, kw_only=True):
    """The files of a TLS connection."""

    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None
    cert: Annotated[str | None, says("Client certificate.")] = None
    key: Annotated[str | None, says("Its private key, of mode 0600.")] = None


class LoginSettings(_Document, frozen=True, kw_only=True):
    """A user name and its password."""

    user: Annotated[str, says("User name at the broker, the store, Grafana or the mail server.")]
    password_file: Annotated[str, says("File that contains only the password, of mode 0600.")]


class RecoverySettings(_Document, frozen=True, kw_only=True):
    """What a gateway does when it has no connection to its broker for long. Needs the unit `street-recovery.path`."""

    network: Annotated[Duration | None, says("After how long it restarts the network (NetworkManager or systemd-networkd).")] = None
    modem: Annotated[Duration | None, says("After how long it restarts the modem (ModemManager).")] = None
    reboot: Annotated[Duration | None, says("After how long it reboots the machine.")] = None
    reboot_again: Annotated[Duration, says("How long the machine runs after such a reboot before the next one.")] = 12 * 3600.0


class UplinkSettings(_Document, frozen=True, kw_only=True):
    """Where a gateway sends its batches, and what confirms that they are stored.

    With a `flush` of ten seconds, a typical gateway writes less than 300 MB a day to its SD card (tests/bench/wear.py).
    """

    broker: Annotated[BrokerUrls, says("URL of the broker, or of each node of a cluster. `mqtt://` is for this machine only.")]
    confirm: Annotated[
        Literal["stored", "broker"],
        says(
            "What confirms a batch: `stored`, the centre's receipt, or `broker`, the broker's acknowledgement, for sites "
            "without a centre (MQTT 5)."
        ),
    ] = "stored"
    tls: Annotated[TlsSettings, says("Files of the TLS connection.")] = TlsSettings()
    login: Annotated[LoginSettings | None, says("Login at the broker.")] = None
    flush: Annotated[Duration, says("How often readings are written to the journal and sent. Events do not wait for it.")] = 10.0
    clock_wait: Annotated[Delay, says("How long a gateway that has just booted waits for a trusted clock before it sends.")] = 60.0
    recovery: Annotated[RecoverySettings | None, says("What it does without a connection; by default, it only connects again.")] = None


class JournalSettings(_Document, frozen=True, kw_only=True):
    """Where readings wait until they are confirmed, and the limits of that file."""

    path: Annotated[str, says("The file.")] = "/var/lib/street-gateway/journal.sqlite"
    max_size: Annotated[Size, says("When it is full, stored batches are deleted first, then the oldest telemetry, as a recorded gap.")] = (
        1 << 30
    )
    max_age: Annotated[Duration, says("How long a batch may wait for its receipt.")] = 30 * 86400.0
    keep_stored: Annotated[Duration, says("How long confirmed readings stay available for a replay.")] = 86400.0


class InfluxSettings(_Document, frozen=True, kw_only=True):
    """An InfluxDB, or another store that accepts its line protocol: VictoriaMetrics, which is read through its own API."""

    url: Annotated[HttpUrl, says("URL of the store. `http://` is for this machine only.")]
    read_url: Annotated[HttpUrl | None, says("Where to read, if a cluster has another address for that; by default, `url`.")] = None
    api: Annotated[
        Literal["v1", "v2", "victoria"], says("`v1`: InfluxDB 1.x. `v2`: InfluxDB 2.x and 3.x. `victoria`: VictoriaMetrics.")
    ] = "v1"
    database: Annotated[str, says("Database, or bucket with `api: v2`.")] = "street"
    org: Annotated[str, says("Organisation; `api: v2` needs it.")] = ""
    login: Annotated[LoginSettings | None, says("Login, with `api: v1`.")] = None
    token_file: Annotated[str | None, says("File that contains only the token, of mode 0600.")] = None
    ca: Annotated[str | None, says("File of the authorities to trust over HTTPS; by default, the system's.")] = None
    gzip: Annotated[bool | None, says("Whether writes are compressed; by default, those to other machines.")] = None
    operators: Annotated[
        list[Name],
        says("Operators with a database or bucket of their own, `<database>-<operator>`; all other rows are in `database`."),
    ] = []

    def of_operator(self, operator: str) -> "InfluxSettings":
        """Return the settings of the database that contains an operator's rows."""
        name = f"{self.database}-{operator}" if operator in self.operators else self.database
        return msgspec.structs.replace(self, database=name, operators=[])

    def databases(self) -> "list[InfluxSettings]":
        """Return the settings of every database: the shared one first."""
        return [msgspec.structs.replace(self, operators=[]), *map(self.of_operator, self.operators)]

    def reading(self) -> "InfluxSettings":
        """Return the settings of the connection that reads."""
        return self if self.read_url is None else msgspec.structs.replace(self, url=self.read_url)


class HistorySettings(_Document, frozen=True, kw_only=True):
    """The embedded history: one SQLite file."""

    path: Annotated[str, says("The SQLite file.")]


class StoreSettings(_Document, frozen=True, kw_only=True):
    """The store of the centre: one of the two."""

    influx: Annotated[InfluxSettings | None, says("An InfluxDB or VictoriaMetrics.")] = None
    history: Annotated[HistorySettings | None, says("The embedded history, for a site on a single machine.")] = None


class CitySettings(_Document, frozen=True, kw_only=True):
    """How often the message of an asset is published on the city plane."""

    at_most: Annotated[Delay, says("Least interval between two messages of an asset whose values change.")] = 5.0
    at_least: Annotated[Delay, says("Interval between two messages of an asset whose values do not change.")] = 60.0


class RetentionSettings(_Document, frozen=True, kw_only=True):
    """How long the store keeps readings and their roll-ups; by default, for ever. The embedded history has no roll-ups."""

    raw: Annotated[Duration | None, says("How long readings are kept.")] = None
    quarter_hours: Annotated[Duration | None, says("How long roll-ups of quarter hours are kept.")] = None
    days: Annotated[Duration | None, says("How long roll-ups of days are kept.")] = None


class CornerSettings(_Document, frozen=True, kw_only=True):
    """A corner of an area (WGS 84, degrees)."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90), says("Latitude in degrees (WGS 84).")]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180), says("Longitude in degrees (WGS 84).")]


class GrantSettings(_Document, frozen=True, kw_only=True):
    """A part of the city plane that a utility may read."""

    operator: Annotated[Name, says("The operator of the assets.")]
    measurements: Annotated[list[Identifier], says("What may be read, such as `lamp`; by default, everything.")] = []
    area: Annotated[Name | None, says("Only the assets in this area, one of `areas`; by default, everywhere.")] = None


class AccessSettings(_Document, frozen=True, kw_only=True):
    """Who may use the broker, for `gateway broker-config`. Everybody here has a client certificate whose common name is the user."""

    listen: Annotated[HostPort, says("Where the broker listens with TLS; `0.0.0.0` stands for every address, those of IPv6 too.")] = (
        "0.0.0.0:8883"
    )
    folder: Annotated[str, says("The broker's folder on its machine. It has the certificates in `certs`, and the file `passwords`.")] = (
        "/etc/mosquitto"
    )
    gateways: Annotated[dict[Name, list[Name]], says("The gateways of each operator.")] = {}
    processes: Annotated[
        dict[Name, Literal["ingest", "city", "alarms", "page", "fleet", "trust", "situation", "firmware"]],
        says(
            "Processes of the centre on other machines, by user, each with one role: an ingest worker under the name of its user, the city "
            "plane, the alarms, the roll-outs of firmware, the web page, the commands `gateway fleet` and `gateway dead-letters`, "
            "`gateway trust serve`, or `gateway situation serve`."
        ),
    ] = {}
    utilities: Annotated[dict[Name, list[GrantSettings]], says("Utilities, by user, and what each may read.")] = {}
    areas: Annotated[
        dict[Name, list[CornerSettings]], says("Parts of the city, each by its corners in order. An asset is in it by its position.")
    ] = {}


class ContactSettings(_Document, frozen=True, kw_only=True):
    """Who is notified of an operator's alerts by Grafana: by e-mail, by a webhook, or by both."""

    email: Annotated[list[str], says("E-mail addresses, which Grafana writes to with its own `[smtp]` settings.")] = []
    webhook: Annotated[HttpUrl | None, says("Address that Grafana posts alerts to.")] = None
    webhook_token_file: Annotated[
        str | None, says("File that contains only the token that the webhook expects after `Bearer`, of mode 0600.")
    ] = None


class WorksSettings(_Document, frozen=True, kw_only=True):
    """Announced works: while they last, alarms of their assets are suppressed, and Grafana notifies nobody of them."""

    name: Annotated[Name, says("Name of the works.")]
    begins: Annotated[LocalTime, says("When they begin, in the site's time zone, for example 2026-12-01T08:00.")]
    ends: Annotated[LocalTime, says("When they end.")]
    assets: Annotated[list[Name], msgspec.Meta(min_length=1), says("The assets and gateways that they affect.")]


class GrafanaSettings(_Document, frozen=True, kw_only=True):
    """A Grafana, for `gateway dashboards`: dashboards, alert rules, and who is notified."""

    url: Annotated[HttpUrl, says("URL of Grafana. `http://` is for this machine only.")]
    token_file: Annotated[str | None, says("File that contains only the token of a service account with the role Admin, of mode 0600.")] = (
        None
    )
    login: Annotated[LoginSettings | None, says("Login of an administrator, instead of a token.")] = None
    ca: Annotated[str | None, says("File of the authorities to trust over HTTPS; by default, the system's.")] = None
    store_url: Annotated[HttpUrl | None, says("URL of the store as Grafana reaches it; by default, that of `store`.")] = None
    language: Annotated[Literal["en", "it"], says("Language of dashboards and alert rules.")] = "en"
    contacts: Annotated[
        dict[Name, ContactSettings],
        says("Who is notified, by operator; `centre` is for the alerts of the centre itself, and of operators without an entry."),
    ] = {}
    works: Annotated[list[WorksSettings], says("Announced works; they belong under `centre.works`, but are still read here.")] = []


PriorityName = Literal["critical", "high", "medium", "low"]


class SmtpSettings(_Document, frozen=True, kw_only=True):
    """The mail server that accepts the centre's e-mails about alarms."""

    server: Annotated[HostPort, says("Its address, for example `mail.example.org:587`.")]
    encryption: Annotated[
        Literal["starttls", "tls", "none"],
        says("`starttls` (port 587), `tls` from the first byte (port 465), or `none`, for a server on this machine only."),
    ] = "starttls"
    sender: Annotated[str, says("Address that the e-mails are from.")]
    login: Annotated[LoginSettings | None, says("Login at the server.")] = None
    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None


class QuietSettings(_Document, frozen=True, kw_only=True):
    """When a contact is not to be disturbed by alarms of low priority; they are notified when it ends."""

    begin: Annotated[TimeOfDay, says('When it begins, in the site\'s time zone, for example `"22:00"`.')]
    end: Annotated[TimeOfDay, says("When it ends.")]
    priorities: Annotated[list[PriorityName], says("The priorities that wait; by default, `medium` and `low`.")] = []


class AlarmContactSettings(_Document, frozen=True, kw_only=True):
    """Who is notified of alarms by the centre: by e-mail, or by a webhook."""

    email: Annotated[list[str], says("E-mail addresses.")] = []
    webhook: Annotated[HttpUrl | None, says("Address that JSON is posted to. `http://` is for this machine only.")] = None
    secret_file: Annotated[
        str | None,
        says("File that contains only the secret with which messages to the webhook are signed, `whsec_` and base64, of mode 0600."),
    ] = None
    ca: Annotated[str | None, says("File of the authorities to trust for the webhook; by default, the system's.")] = None
    language: Annotated[Literal["en", "it"], says("Language of the e-mails.")] = "en"
    quiet: Annotated[QuietSettings | None, says("Quiet hours; by default, there are none.")] = None
    interval: Annotated[Delay, says("Least interval between two messages: what comes meanwhile is in the next one.")] = 300.0


class EscalationSettings(_Document, frozen=True, kw_only=True):
    """Who is notified of an alarm, one after the other until somebody acknowledges it."""

    priorities: Annotated[list[PriorityName], says("Of which priorities; by default, of all.")] = []
    contacts: Annotated[list[Name], msgspec.Meta(min_length=1), says("The contacts, one or more of `contacts`, in this order.")]
    after: Annotated[Delay, says("How long an alarm has been raised when the first one is notified.")] = 60.0
    escalate: Annotated[Duration, says("How long after that the next one is notified, unless somebody has acknowledged the alarm.")] = 900.0
    remind: Annotated[
        Duration | None, says("How often a contact is reminded of an alarm that nobody has acknowledged; by default, never.")
    ] = None


class AlarmSettings(_Document, frozen=True, kw_only=True):
    """Who is notified of the alarms of the centre, without Grafana."""

    smtp: Annotated[SmtpSettings | None, says("The mail server; contacts with `email` need it.")] = None
    gather: Annotated[Delay, says("How long alarms are gathered that begin together, so that they are one message.")] = 30.0
    contacts: Annotated[dict[Name, AlarmContactSettings], says("Whom messages are sent to, by name.")] = {}
    notify: Annotated[
        dict[Name, list[EscalationSettings]],
        says("Who is notified, by operator; `centre` is for the centre itself, and for operators without an entry."),
    ] = {}


class EnergySettings(_Document, frozen=True, kw_only=True):
    """What energy costs, and what it emits, for `gateway report`; without them, the reports leave these columns out."""

    price: Annotated[Annotated[float, msgspec.Meta(gt=0, le=100)] | None, says("Price of a kilowatt-hour in euros.")] = None
    co2: Annotated[
        Annotated[float, msgspec.Meta(gt=0, le=5000)] | None, says("Emissions of a kilowatt-hour in grams of CO₂, as the supplier states.")
    ] = None
    town: Annotated[Label | None, says("ISTAT code of the municipality, for PELL.")] = None
    producer: Annotated[Label | None, says("Identifier of this solution at PELL, which ENEA assigns.")] = None


class PageTlsSettings(_Document, frozen=True, kw_only=True):
    """The files of a server's TLS."""

    cert: Annotated[str, says("Certificate of the server, in PEM; a new one is used from the next connection on.")]
    key: Annotated[str, says("Its private key, of mode 0600.")]


class SituationWebhookSettings(_Document, frozen=True, kw_only=True):
    """Where an organisation is sent what changes in the Situation Room."""

    url: Annotated[HttpUrl, says("Address that JSON is posted to. `http://` is for this machine only.")]
    secret_file: Annotated[str, says("File of mode 0600 that contains only the secret of the signatures, `whsec_` and base64.")]
    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None
    private: Annotated[bool, says("`true`: the address may be in a private network.")] = False
    exercises: Annotated[bool, says("`true`: tests and exercises are sent, too; they are marked in `information_status`.")] = False


class ContextBrokerSettings(_Document, frozen=True, kw_only=True):
    """A context broker whose entities are what is public in the Situation Room."""

    url: Annotated[HttpUrl, says("Its address, for example `https://orion.example:1026`. `http://` is for this machine only.")]
    api: Annotated[Literal["ngsi-v2", "ngsi-ld"], says("Its API.")] = "ngsi-v2"
    tenant: Annotated[str | None, says("Its tenant: the header `Fiware-Service`, or `NGSILD-Tenant`.")] = None
    service_path: Annotated[str | None, says("With `ngsi-v2`, the header `Fiware-ServicePath`, for example `/situations`.")] = None
    token_file: Annotated[str | None, says("File of mode 0600 that contains only the token that it expects after `Bearer`.")] = None
    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None
    private: Annotated[bool, says("`true`: the address may be in a private network.")] = False


class SigningKeySettings(_Document, frozen=True, kw_only=True):
    """The key of a program that signs its tokens for the API of the Situation Room."""

    file: Annotated[
        str,
        says(
            "File of its public key or certificate, in PEM: of P-256, or of RSA with 2048 to 4096 bits. Without the file, its tokens count "
            "no more."
        ),
    ]
    role: Annotated[Literal["reader", "editor"], says("What the program may do: only read, or also publish, change and answer.")] = "reader"
    integrity: Annotated[bool, says("`true`: it must also sign the bodies that it sends (AgID, INTEGRITY_REST_01).")] = False


class OrganisationSettings(_Document, frozen=True, kw_only=True):
    """An organisation of the Situation Room."""

    title: Annotated[str | None, says("Its name for people.")] = None
    authority: Annotated[
        bool, says("`true`: it answers what others plan on the road, before that is planned; such as the municipality.")
    ] = False
    kinds: Annotated[
        list[
            Literal[
                "roadworks",
                "closure",
                "traffic",
                "accident",
                "parking",
                "outage",
                "damage",
                "lighting",
                "environment",
                "publicevent",
                "safety",
            ]
        ],
        says("What it may publish; by default, everything."),
    ] = []
    people: Annotated[
        dict[Name, Literal["reader", "editor"]], says("Its people, by name: who only reads, and who may also publish, change and answer.")
    ] = {}
    keys: Annotated[
        dict[Name, SigningKeySettings],
        says("Its programs that sign their tokens for the API (AgID, ID_AUTH_REST_02), by name. They need `api: url:`."),
    ] = {}
    webhook: Annotated[SituationWebhookSettings | None, says("Where it is sent what changes; by default, nowhere.")] = None
    layer: Annotated[
        str | None,
        says("GeoJSON file, of mode 0600, of what it owns in the ground. It alone is told which works come within `near_m` of it."),
    ] = None


class WorksDaysSettings(_Document, frozen=True, kw_only=True):
    """Days for each category of works: working days, but for `major_advance`."""

    major_advance: Annotated[Annotated[int, whole(0, 366)] | None, says("Of the first announcement of major works, in days.")] = None
    major: Annotated[Annotated[int, whole(0, 250)] | None, says("Of major works, in working days.")] = None
    standard: Annotated[Annotated[int, whole(0, 250)] | None, says("Of standard works, and of other events, in working days.")] = None
    minor: Annotated[Annotated[int, whole(0, 250)] | None, says("Of minor works, in working days.")] = None


class SituationPagesSettings(_Document, frozen=True, kw_only=True):
    """The pages of the Situation Room: for the people of organisations and, if `public` is set, for citizens."""

    people: Annotated[
        str | None,
        says(
            "File of the hashes of people's passwords, of mode 0600, which `gateway situation person` writes; by default, beside the "
            "situations."
        ),
    ] = None


class SituationApiSettings(_Document, frozen=True, kw_only=True):
    """The REST API of the Situation Room."""

    listen: Annotated[HostPort, says("Address of the API. Another than loopback needs `tls`.")] = "127.0.0.1:8091"
    hosts: Annotated[list[HostName], says("Names under which programs reach it, besides its address.")] = []
    tls: Annotated[PageTlsSettings | None, says("Files of TLS.")] = None
    url: Annotated[
        HttpUrl | None,
        says(
            "Address under which programs reach it, such as through a proxy, for the links that it sends and as `aud` of signed tokens: "
            "`https://situations.example`."
        ),
    ] = None
    tokens: Annotated[
        str | None,
        says("File of the tokens' hashes, of mode 0600, which `gateway situation token` writes; by default, beside the situations."),
    ] = None
    public: Annotated[bool, says("`true`: everybody may read public situations, under `/public`.")] = False
    pages: Annotated[SituationPagesSettings | None, says("The web pages beside the API; `{}`: with the defaults.")] = None
    requests_per_minute: Annotated[int, whole(1, 100_000), says("Of one organisation.")] = 600
    public_requests_per_minute: Annotated[int, whole(1, 100_000), says("Of one address, without a token.")] = 60


class PostgresSettings(_Document, frozen=True, kw_only=True):
    """A PostgreSQL, and who logs in."""

    server: Annotated[HostPort, says("Its address, for example `db.example.org:5432`. Another machine is reached over TLS alone.")]
    database: Annotated[str, says("Name of the database, for example `situations`. The user creates tables in it.")]
    login: Annotated[LoginSettings, says("Login at the server.")]
    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None


class AreaSettings(_Document, frozen=True, kw_only=True):
    """A rectangle of the map, in degrees (WGS 84)."""

    west: Annotated[float, msgspec.Meta(ge=-180, le=180), says("Its least longitude.")]
    south: Annotated[float, msgspec.Meta(ge=-90, le=90), says("Its least latitude.")]
    east: Annotated[float, msgspec.Meta(ge=-180, le=180), says("Its greatest longitude.")]
    north: Annotated[float, msgspec.Meta(ge=-90, le=90), says("Its greatest latitude.")]


class SubscriptionSettings(_Document, frozen=True, kw_only=True):
    """Who is sent situations by e-mail or to a webhook, and which."""

    email: Annotated[list[str], msgspec.Meta(max_length=50), says("E-mail addresses.")] = []
    webhook: Annotated[HttpUrl | None, says("Address that JSON is posted to. `http://` is for this machine only.")] = None
    secret_file: Annotated[
        str | None,
        says("File that contains only the secret with which messages to the webhook are signed, `whsec_` and base64, of mode 0600."),
    ] = None
    ca: Annotated[str | None, says("File of the authorities to trust for the webhook; by default, the system's.")] = None
    organisation: Annotated[
        Name | None, says("The organisation they belong to: they are told what it may see; by default, what everybody may see.")
    ] = None
    kinds: Annotated[
        list[
            Literal[
                "roadworks", "closure", "traffic", "accident", "parking", "outage", "damage", "lighting", "environment", "publicevent",
                "safety",
            ]
        ],
        says("Kinds of events; by default, all."),
    ] = []  # fmt: skip
    severity: Annotated[
        Literal["highest", "high", "medium", "low", "lowest"] | None,
        says("The least severity; by default, every one. Events of unknown severity are always sent."),
    ] = None
    area: Annotated[AreaSettings | None, says("Where; by default, everywhere. Events that are not drawn are always sent.")] = None
    exercises: Annotated[bool, says("`true`: also tests and exercises, which are marked.")] = False
    language: Annotated[Literal["en", "it"], says("Language of the e-mails.")] = "en"
    quiet: Annotated[
        QuietSettings | None,
        says("Quiet hours; by default, there are none. The severities highest, high, medium and low are the priorities critical to low."),
    ] = None
    interval: Annotated[Delay, says("Least interval between two messages: what changes meanwhile is sent after it.")] = 300.0


EventAlarm = Literal[
    "panel_outage", "supply_outage", "phase_loss", "cable_theft", "lamp_failures", "switching_failed", "leakage", "air_limit_no2",
    "air_limit_o3", "air_limit_so2", "air_limit_pm10", "air_limit_pm25", "noise_limit", "traffic_congested", "parking_full",
    "device_alarm",
]  # fmt: skip
"""The kinds of alarms that can become events: those of assets, not of gateways and of the centre."""


class TelemetryEventSettings(_Document, frozen=True, kw_only=True):
    """What alarms of a kind become as events of the Situation Room."""

    kind: Annotated[Literal["lighting", "outage", "environment", "traffic", "parking", "damage", "safety"], says("The kind of the event.")]
    severity: Annotated[Literal["highest", "high", "medium", "low", "lowest", "unknown"], says("How much it disturbs.")] = "unknown"
    public: Annotated[bool, says("`true`: everybody may see it.")] = False
    organisations: Annotated[list[Name], says("The organisations that may see it, besides the owner of the asset.")] = []


class SituationSettings(_Document, frozen=True, kw_only=True):
    """The Situation Room: who takes part, and by which rules. The periods are by default those of England's Street Manager."""

    organisations: Annotated[dict[Name, OrganisationSettings], says("The organisations that take part, by name.")]
    database: Annotated[str | None, says("The SQLite file of situations; by default, `situations.sqlite` beside the dead letters.")] = None
    postgresql: Annotated[
        PostgresSettings | None, says("The PostgreSQL that has the situations, instead of a file; two machines can then run the room.")
    ] = None
    patron: Annotated[str | None, says('Day of the town\'s patron, a holiday, as month and day: `"12-26"`.')] = None
    silence: Annotated[
        Literal["accept", "escalate"],
        says("What it means if an authority does not answer in time: that it accepts, or that somebody else must decide."),
    ] = "accept"
    notice: Annotated[WorksDaysSettings, says("How long before their start works are announced; by default, 84, 10, 10 and 3 days.")] = (
        WorksDaysSettings()
    )
    answer: Annotated[WorksDaysSettings, says("How long an authority has to answer; by default, 28, 5, 5 and 2 days.")] = (
        WorksDaysSettings()
    )
    near_m: Annotated[float, msgspec.Meta(ge=1, le=500), says("Distance below which works are in each other's way, in metres.")] = 30.0
    tail_days: Annotated[
        float, msgspec.Meta(ge=0, le=366), says("Days between two works below which they are still in each other's way.")
    ] = 30.0
    together_days: Annotated[
        float, msgspec.Meta(ge=0, le=366), says("Days between two works below which digging together is proposed.")
    ] = 90.0
    no_dig_years: Annotated[int, whole(0, 20), says("Years after resurfacing in which nobody should dig.")] = 5
    telemetry: Annotated[
        dict[EventAlarm, TelemetryEventSettings],
        says("Which alarms of the centre become events of the operator that owns the asset, by kind of alarm; by default, none do."),
    ] = {}
    suppress_alarms: Annotated[
        bool, says("Whether active roadworks suppress alarms of the centre that they can have caused, at the assets that they affect.")
    ] = True
    subscriptions: Annotated[
        dict[Name, SubscriptionSettings], says("Who is sent situations, by name. E-mails need `centre.alarms.smtp`.")
    ] = {}
    push: Annotated[
        dict[Name, ContextBrokerSettings], says("Context brokers that are sent what is public, by name; by default, there are none.")
    ] = {}
    requests_per_minute: Annotated[int, whole(1, 1_000_000), says("Requests of one organisation over MQTT, for long.")] = 1200
    api: Annotated[SituationApiSettings | None, says("The REST API; by default, there is none.")] = None


class CentreSettings(_Document, frozen=True, kw_only=True):
    """The centre: its broker, its store, its city plane."""

    broker: Annotated[BrokerUrls, says("URL of the broker, or of each node of a cluster. `mqtt://` is for this machine only.")]
    tls: Annotated[TlsSettings, says("Files of the TLS connection.")] = TlsSettings()
    login: Annotated[LoginSettings | None, says("Login at the broker.")] = None
    store: Annotated[StoreSettings, says("Where readings are stored: one of the two.")]
    worker: Annotated[Name, says("Name of this ingest worker; several workers need different names.")] = "worker-1"
    listen: Annotated[HostPort, says("Address of `/health` and `/metrics` of `gateway central`.")] = "127.0.0.1:9274"
    dead_letters: Annotated[
        str | None,
        says(
            "File of the readings that no store accepted; by default, `dead-letters.sqlite` beside the history, or in "
            "`/var/lib/street-central`."
        ),
    ] = None
    city: Annotated[CitySettings, says("How often the city plane is published.")] = CitySettings()
    retention: Annotated[
        RetentionSettings,
        says(
            "How long the store keeps readings and roll-ups; by default, for ever. `gateway central setup` applies it to "
            "InfluxDB, `gateway central` to the history."
        ),
    ] = RetentionSettings()
    access: Annotated[AccessSettings | None, says("Who may use the broker, for `gateway broker-config`.")] = None
    grafana: Annotated[GrafanaSettings | None, says("Grafana, for `gateway dashboards`.")] = None
    alarms: Annotated[AlarmSettings, says("Who is notified of alarms; by default, nobody.")] = AlarmSettings()
    works: Annotated[
        list[WorksSettings],
        says("Announced works, during which alarms of the assets that they affect are suppressed, and nobody is notified of them."),
    ] = []
    energy: Annotated[EnergySettings, says("Price and emissions of energy, for `gateway report`.")] = EnergySettings()
    situation: Annotated[SituationSettings | None, says("The Situation Room, for `gateway situation`.")] = None

    def situations_path(self) -> str:
        """Return the file of situations."""
        named = None if self.situation is None else self.situation.database
        return named or str(PurePath(self.dead_letters_path()).with_name("situations.sqlite"))

    def situation_tokens_path(self) -> str:
        """Return the file of the tokens of the Situation Room's API."""
        named = None if self.situation is None or self.situation.api is None else self.situation.api.tokens
        return named or str(PurePath(self.situations_path()).with_name("situation-tokens.json"))

    def situation_people_path(self) -> str:
        """Return the file of the passwords of those who use the pages of the Situation Room."""
        api = None if self.situation is None else self.situation.api
        named = None if api is None or api.pages is None else api.pages.people
        return named or str(PurePath(self.situations_path()).with_name("situation-people.json"))

    def alarms_path(self) -> str:
        """Return the file of alarms, which is beside that of dead letters."""
        return str(PurePath(self.dead_letters_path()).with_name("alarms.sqlite"))

    def dead_letters_path(self) -> str:
        """Return the file of dead letters."""
        if self.dead_letters is not None:
            return self.dead_letters
        folder = str(PurePath(self.store.history.path).parent) if self.store.history is not None else "/var/lib/street-central"
        return f"{folder}/dead-letters.sqlite"


class ConsoleProxySettings(_Document, frozen=True, kw_only=True):
    """A proxy in front of the web page that authenticates people and names them in a header."""

    header: Annotated[
        str,
        says("The header with the name of the user, such as `X-Remote-User`. The proxy must remove it from what browsers send."),
    ]
    addresses: Annotated[
        list[str], msgspec.Meta(min_length=1), says("The proxy's addresses. The header is believed from these alone, whoever sends it.")
    ]
    operators: Annotated[list[str], says("The users who are operators; others are viewers.")] = []


class ConsoleSettings(_Document, frozen=True, kw_only=True):
    """The web page."""

    listen: Annotated[HostPort, says("Address of the web page. Another than loopback needs `users` and `tls`, or `proxy`.")] = (
        "127.0.0.1:8080"
    )
    hosts: Annotated[list[HostName], says("Names under which browsers reach it through a proxy.")] = []
    streets: Annotated[str | None, says("GeoJSON file of lines to draw under the assets.")] = None
    users: Annotated[
        str | None,
        says("File of the users who log in with passwords, of mode 0600, which `gateway console user` writes; by default, nobody logs in."),
    ] = None
    proxy: Annotated[ConsoleProxySettings | None, says("A proxy that authenticates people.")] = None
    tls: Annotated[PageTlsSettings | None, says("Files of TLS; by default, the page is served over HTTP.")] = None


class PageSettings(_Document, frozen=True, kw_only=True):
    """The technician's page, which `gateway run` serves to whoever has the code of the gateway's label."""

    listen: Annotated[HostPort, says("Address of the page.")] = "127.0.0.1:8088"
    hosts: Annotated[
        list[HostName], says("Names under which browsers reach it, besides its addresses and the names of the gateway and its machine.")
    ] = []
    tls: Annotated[PageTlsSettings | None, says("Files of TLS. Required if the address is not loopback, unless `plain_http` is set.")] = (
        None
    )
    plain_http: Annotated[
        bool, says("`true`: HTTP without TLS. For the private address of the gateway's own hotspot or service cable alone.")
    ] = False
    streets: Annotated[str | None, says("GeoJSON file of lines to draw on the map, which works without the internet.")] = None


class Site(_Document, frozen=True, kw_only=True):
    """One site file. `operator`, `gateway` and `uplink` describe an edge gateway, `lines` what it reads; `centre` describes a centre."""

    site: Annotated[Name, says("Name of the deployment, such as the city.")]
    time_zone: Annotated[TimeZone, says("Whose days those of the store's roll-ups and of the web page are, for example `Europe/Rome`.")] = (
        "UTC"
    )
    operator: Annotated[Name | None, says("The organisation that owns the gateway. A gateway needs it, and `uplink`.")] = None
    gateway: Annotated[Name | None, says("Name of the gateway.")] = None
    uplink: Annotated[UplinkSettings | None, says("Where the gateway sends its readings.")] = None
    journal: Annotated[JournalSettings, says("Where readings wait until they are confirmed.")] = JournalSettings()
    state: Annotated[str | None, says("Folder for what the gateway learns about its devices; by default, that of the journal.")] = None
    listen: Annotated[HostPort, says("Address of `/health`, `/metrics` and `/lines` of `gateway run`.")] = "127.0.0.1:9273"
    page: Annotated[PageSettings | None, says("The technician's page of `gateway run`; by default, there is none.")] = None
    lines: Annotated[list[LineSettings], says("The buses, each with its devices. A new gateway has none yet.")] = []
    assets: Annotated[
        dict[Name, AssetSettings],
        says("What the city calls the things that are measured, by name. Optional, but if present, each asset must be listed."),
    ] = {}
    centre: Annotated[CentreSettings | None, says("The centre, for `gateway central` and `gateway console`.")] = None
    console: Annotated[ConsoleSettings, says("The web page, for `gateway console`.")] = ConsoleSettings()
