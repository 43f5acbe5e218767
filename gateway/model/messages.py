"""The JSON messages of uplink protocol v1: states, receipts, requests, and the city plane."""

import re
from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

import msgspec

Seq = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""The number of a batch within its epoch."""


_UNKNOWN = "an unknown machine"
_SHOWN = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What may be shown of a name that comes from outside."""


class MachineName(NamedTuple):
    """A machine: the name that a person gave it, and the number of its hardware, if it tells one."""

    host: str | None
    hardware: str | None = None


def told_apart(one: MachineName, other: MachineName) -> tuple[str, str]:
    """Return how two machines are shown: with the numbers of their hardware if both have the same name, as a copied card gives them."""
    first, second = _shown(one.host) or _UNKNOWN, _shown(other.host) or _UNKNOWN
    if first != second:
        return first, second
    return _with_hardware(first, one), _with_hardware(second, other)


def _with_hardware(shown: str, machine: MachineName) -> str:
    number = _shown(machine.hardware)
    return shown if number is None else f"{shown} ({number})"


def _shown(name: str | None) -> str | None:
    return name if name is not None and _SHOWN.fullmatch(name) else None


class GatewayState(msgspec.Struct, omit_defaults=True):
    """The retained state of a gateway. When the gateway vanishes, the broker publishes `offline` (the will), with its epoch and host.

    `host` is the name of the machine, `hardware` its number: if two gateways use one identity, they tell them apart. `in_memory`: the disk
    was full at the start, so what is not sent is in memory alone.
    """

    state: Literal["online", "offline", "maintenance"]
    epoch: str | None = None
    boot: str | None = None
    version: str | None = None
    clock: Literal["synced", "holdover", "unsynced"] | None = None
    host: str | None = None
    hardware: str | None = None
    in_memory: bool = False

    @property
    def machine(self) -> MachineName:
        """The machine on which the gateway runs."""
        return MachineName(self.host, self.hardware)


class WorkerState(msgspec.Struct, omit_defaults=True):
    """The retained state of an ingest worker. `start` is new at every start; a new one makes gateways resend unconfirmed batches.

    `store_away_since` is when the store stopped to answer (UTC), if that is why the worker is offline.
    """

    state: Literal["online", "offline"]
    start: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    store_away_since: Annotated[str, msgspec.Meta(max_length=32)] | None = None


class Refusal(msgspec.Struct):
    """A batch that was not stored, or not completely, and why."""

    seq: Seq
    reason: str


class Receipt(msgspec.Struct, omit_defaults=True):
    """What the centre did with batches of one epoch (in hex): ranges stored (inclusive), batches to send again, batches rejected for good.

    `partly` lists stored batches of which the centre set some readings aside as dead letters.
    """

    epoch: str
    stored: list[tuple[Seq, Seq]] = []
    retry: list[Refusal] = []
    rejected: list[Refusal] = []
    partly: list[Refusal] = []


def ranges_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return numbers as sorted ranges, both ends included, as receipts have them."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


_Ms = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class TimeQuestion(msgspec.Struct):
    """A request for the time, of a gateway without a trusted clock. `asked_ms` is the gateway's own (milliseconds since boot)."""

    asked_ms: _Ms


class TimeAnswer(msgspec.Struct):
    """The centre's time in milliseconds since 1970, and `asked_ms` of the request that it answers."""

    asked_ms: _Ms
    now_ms: _Ms


class Ask(msgspec.Struct, omit_defaults=True):
    """A request of the centre to a gateway: publish a schema document again (its hash in hex), or resend the readings of a period.

    A period is needed when a store was restored from a backup: it is in milliseconds since 1970, `until_ms` exclusive.
    `time` is not a request, but the answer to one. With `renew`, the gateway requests a new certificate; with `page`, one for its page.
    """

    schema: str | None = None
    since_ms: _Ms | None = None
    until_ms: _Ms | None = None
    time: TimeAnswer | None = None
    renew: bool = False
    page: bool = False


class RenewalRequest(msgspec.Struct, omit_defaults=True):
    """A gateway's request for a new certificate, of a new key (PKCS #10, PEM), signed with the present key (ECDSA, SHA-256).

    What is signed: `renewal`, or `page` if it is for the gateway's page, the gateway's user at the broker, and the request, with a zero
    byte between them.
    """

    request: Annotated[str, msgspec.Meta(max_length=4096)]
    signature: Annotated[bytes, msgspec.Meta(max_length=128)]
    page: bool = False


class RenewedCertificate(msgspec.Struct, omit_defaults=True):
    """The certificate (X.509, PEM) that a gateway has requested, for itself or for its page."""

    certificate: Annotated[str, msgspec.Meta(max_length=4096)]
    page: bool = False


class ConfigurationOrder(msgspec.Struct):
    """A site file that the centre sends to a gateway, signed by the site's authority (ECDSA, SHA-256).

    Orders have increasing numbers: one that is not greater than those before is refused. What is signed, with a zero byte between each two:
    `configuration`, the gateway's user at the broker, the number, `check` or `apply`, and the text, which is compressed with zstd.
    """

    number: Annotated[int, msgspec.Meta(ge=1, le=1 << 53)]
    action: Literal["check", "apply"]
    text: Annotated[bytes, msgspec.Meta(max_length=47_000)]
    signature: Annotated[bytes, msgspec.Meta(max_length=128)]


class ConfigurationOutcome(msgspec.Struct):
    """What became of an order so far: refused, checked, on trial, confirmed or undone; the last is that of the end.

    A trial is confirmed when the gateway's uplink works with the new configuration, and undone if it does not within five minutes.
    `differences` say what the order changes, in English.
    """

    number: int
    state: Literal["refused", "checked", "on trial", "confirmed", "undone"]
    reason: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    differences: Annotated[list[Annotated[str, msgspec.Meta(max_length=1024)]], msgspec.Meta(max_length=200)] = []


_Order = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")]
_Told = Annotated[str, msgspec.Meta(max_length=512)]
_Identified = Annotated[str, msgspec.Meta(max_length=64)]


class FileRequest(msgspec.Struct):
    """A request of a gateway for a piece of a file of the firmware repository; the answer has the same number."""

    request: Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
    name: Annotated[str, msgspec.Meta(max_length=512)]
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    size: Annotated[int, msgspec.Meta(ge=1, le=2**20)]


class FirmwareOrder(msgspec.Struct, omit_defaults=True):
    """An order of the centre about the firmware of a device.

    `inspect`: say which firmware the device has, and how fast its line carries another; `update`: bring it the target, a file of the
    firmware repository with a SHA-256; `cancel`: do not begin the order of this name. An order that comes again is not followed twice; the
    gateway answers what has become of it. One that has not begun at `begin_by_ms` is refused, and one that has not ended at `end_by_ms` is
    given up, both in milliseconds since 1970.
    """

    order: _Order
    action: Literal["inspect", "update", "cancel"]
    begin_by_ms: _Ms
    end_by_ms: _Ms
    target: Annotated[str, msgspec.Meta(max_length=256)] | None = None
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")] | None = None


class FirmwareIdentification(msgspec.Struct, omit_defaults=True):
    """What a device says about itself, and its line.

    `bytes_per_s` is what the line carries of a firmware in the share of its time that the gateway may use for that.
    """

    line: _Identified
    bytes_per_s: Annotated[float, msgspec.Meta(ge=0)]
    model: _Identified | None = None
    hardware: _Identified | None = None
    version: _Identified | None = None
    bootloader_version: _Identified | None = None
    in_bootloader: bool = False


class FirmwareAnswer(msgspec.Struct, omit_defaults=True):
    """What has become of an order about the firmware of a device; `succeeded`, `failed` and `refused` are ends.

    `refused`: the device was not touched. `code` is one word that says why it was refused or failed, `en` and `it` are the sentence; with
    `again`, a later attempt may succeed. An order that is `running` has transferred `done_bytes` of `total_bytes`.
    """

    order: _Order
    state: Literal["accepted", "running", "succeeded", "failed", "refused"]
    code: Annotated[str, msgspec.Meta(max_length=40)] = ""
    en: _Told = ""
    it: _Told = ""
    again: bool = False
    done_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0
    total_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0
    found: FirmwareIdentification | None = None


class AlarmText(msgspec.Struct, frozen=True):
    """A text of an alarm in English and Italian."""

    en: str
    it: str


class RolloutWave(msgspec.Struct):
    """A wave of a roll-out: how many devices it has, and how many are in each stage. The first wave are the canaries."""

    devices: int
    stages: dict[str, int]


class RolledOutFirmware(msgspec.Struct):
    """A firmware of the repository: the name of its image, the model that it is for, and its version."""

    target: str
    model: str
    version: str


class RolloutStatus(msgspec.Struct, omit_defaults=True):
    """A roll-out of a firmware to devices of `operators`: what it does, how far it is, and why it does what it does.

    `wave` is the present one, from 0; `stages` says how many devices are in each stage.
    """

    id: str
    firmware: RolledOutFirmware
    state: Literal["running", "paused", "stopped", "aborted", "finished"]
    by: str
    begun: str
    deadline: str
    operators: list[str]
    wave: int
    waves: list[RolloutWave]
    stages: dict[str, int]
    why: AlarmText | None = None
    ended: str | None = None


class RolloutsMessage(msgspec.Struct):
    """The retained message about roll-outs: those that have not ended, and the newest that have."""

    v: int
    rollouts: list[RolloutStatus]


class ReportReason(msgspec.Struct, frozen=True):
    """Why a report is red, in English and Italian."""

    en: str
    it: str


class ReportedValue(msgspec.Struct, omit_defaults=True):
    """The newest value of a field of a device, when it was read (UTC), and its quality if that is not good."""

    asset: str
    measurement: str
    field: str
    time: str
    value: int | float | str | bool | None = None
    unit: str | None = None
    quality: str | None = None


class ReportedDevice(msgspec.Struct, omit_defaults=True):
    """A device: its product, where it is (WGS 84), how it responds since the gateway was started, and what it reads.

    `assets` are the city's names of what it measures, by asset.
    """

    id: str
    profile: str
    product: str
    state: Literal["answers", "silent", "off", "not yet heard", "unknown"]
    assets: dict[str, str]
    unit: int | None = None
    lat: float | None = None
    lon: float | None = None
    requests: int = 0
    answers: int = 0
    round_trip_p95_ms: float | None = None
    values: list[ReportedValue] = []


class ReportedLine(msgspec.Struct):
    """A line: where it is, the share of its time that is used, in percent, and its devices."""

    id: str
    port: str
    load: float
    devices: list[ReportedDevice]


class ReportedMachine(msgspec.Struct, omit_defaults=True):
    """The machine of a gateway and its software. `synchronised` says whether its clock is."""

    host: str
    version: str
    python: str
    system: str
    synchronised: bool
    hardware: str | None = None


class ReportedAlarm(msgspec.Struct):
    """An alarm that is active: the device and asset, its name, and what it says in English and Italian."""

    device: str
    asset: str
    alarm: str
    en: str
    it: str


class ReportedFinding(msgspec.Struct):
    """Values that do not fit each other: where (a device, or an asset with several), what is likely wrong, and what to do."""

    where: str
    kind: str
    certainty: Literal["certain", "likely", "possible"]
    en: str
    it: str
    todo_en: str
    todo_it: str


class ReportedUplink(msgspec.Struct):
    """Whether the gateway is connected to its broker, and how many readings have no receipt."""

    connected: bool
    waiting: int


class ReportedPhoto(msgspec.Struct):
    """The photo of an installation, a JPEG file that is kept beside the report: its SHA-256, and its size in bytes and pixels."""

    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    bytes: int
    width: int
    height: int


class InstallationReport(msgspec.Struct, omit_defaults=True):
    """What was installed, where, in which role, and what works. It is red if there are reasons, else green.

    `configuration` is the SHA-256 of the site file.
    """

    v: int
    site: str
    operator: str
    gateway: str
    made: str
    role: str
    verdict: Literal["green", "red"]
    machine: ReportedMachine
    configuration: str
    uplink: ReportedUplink
    lines: list[ReportedLine]
    reasons: list[ReportReason] = []
    alarms: list[ReportedAlarm] = []
    findings: list[ReportedFinding] = []
    photo: ReportedPhoto | None = None


class SignedReport(msgspec.Struct, omit_defaults=True):
    """A report, signed with the gateway's key (ECDSA, SHA-256), and the certificate of that key (X.509, PEM).

    What is signed: the bytes of the report, as they are in the message. A gateway without an identity signs nothing.
    """

    report: InstallationReport
    certificate: Annotated[str, msgspec.Meta(max_length=4096)] | None = None
    signature: Annotated[bytes, msgspec.Meta(max_length=128)] | None = None


class CityValue(msgspec.Struct, omit_defaults=True):
    """One value; if it is absent, its quality says why.

    A value that says what was counted since the reading before has also a `total`, counted `since` a time.
    """

    quality: str
    value: int | float | str | bool | None = None
    unit: str | None = None
    total: int | float | None = None
    since: str | None = None


class CityReading(msgspec.Struct, omit_defaults=True):
    """The latest values of one device of the asset, when they were read, and how often they are due."""

    device: str
    time: str
    every_s: float
    values: dict[str, CityValue]
    tags: dict[str, str] = {}


class CityPoint(msgspec.Struct, tag="Point"):
    """A GeoJSON point (RFC 7946): longitude first."""

    coordinates: tuple[float, float]


class CityMessage(msgspec.Struct, omit_defaults=True):
    """The retained message of one measurement of an asset on the city plane.

    It is published again at least every `said_every_s` seconds while readings are received, even if they do not change.
    """

    v: int
    asset: str
    measurement: str
    operator: str
    gateway: str
    readings: list[CityReading]
    complete_until: str
    name: str | None = None
    location: CityPoint | None = None
    said_every_s: float = 0.0


class AlarmEntry(msgspec.Struct, omit_defaults=True):
    """An alarm by ISA-18.2: `priority` 1 is critical, 4 low. Its condition has been met `since` a time; `returned`: it is over.

    `detail`, in Italian `detail_it`, says what was measured, or which device; `hidden_by` names the alarm that explains it; `suppressed_by`
    names the works during which it is expected: announced ones, or with `suppressed_by_room` those of the Situation Room. While it is
    shelved, hidden or suppressed, nobody is notified, and it does not count as open. `comment` is what an operator wrote who acknowledged
    or shelved it.
    """

    kind: str
    priority: Annotated[int, msgspec.Meta(ge=1, le=4)]
    state: Literal["unacknowledged", "acknowledged", "returned"]
    since: str
    title: AlarmText
    action: AlarmText
    part: str = ""
    detail: str = ""
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    shelved_until: str | None = None
    hidden_by: str | None = None
    suppressed_by: str | None = None
    suppressed_until: str | None = None
    shelved_by: str | None = None
    comment: str = ""
    detail_it: str = ""
    suppressed_by_room: bool = False


class AlarmMessage(msgspec.Struct):
    """The retained message of the alarms of one asset, gateway or worker. When there is none any more, the topic is cleared.

    It has no readings: a program that reads all of the city plane finds nothing in it that it would take for a value.
    """

    v: int
    asset: str
    operator: str
    alarms: list[AlarmEntry]
    measurement: Literal["alarm"] = "alarm"
    readings: Annotated[list[CityReading], msgspec.Meta(max_length=0)] = []


class RoomWorks(msgspec.Struct, omit_defaults=True):
    """Roadworks of the Situation Room that are active, and the assets whose alarms they can cause from one time to another.

    `operators`: whose alarms they suppress; None: everybody's, as everybody may see them.
    """

    name: str
    begins: str
    ends: str
    assets: list[str]
    operators: list[str] | None = None


class RoomWorksMessage(msgspec.Struct):
    """The retained message of the Situation Room to the alarms of the centre: all works that suppress alarms now."""

    v: int
    works: list[RoomWorks]
