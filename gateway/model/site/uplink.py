"""The keys `uplink` and `journal`: where a gateway sends its readings, and where they wait until they are confirmed."""

from typing import Annotated, Literal

from gateway.model.scalar_types import BrokerUrls, Delay, Duration, Size, says
from gateway.model.site.connection import LoginSettings, TlsSettings
from gateway.model.site.part import SitePart


class RecoverySettings(SitePart, frozen=True, kw_only=True):
    """What a gateway does when it has no connection to its broker for long. Needs the unit `street-recovery.path`."""

    network: Annotated[Duration | None, says("After how long it restarts the network (NetworkManager or systemd-networkd).")] = None
    modem: Annotated[Duration | None, says("After how long it restarts the modem (ModemManager).")] = None
    reboot: Annotated[Duration | None, says("After how long it reboots the machine.")] = None
    reboot_again: Annotated[Duration, says("How long the machine runs after such a reboot before the next one.")] = 12 * 3600.0


class UplinkSettings(SitePart, frozen=True, kw_only=True):
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


class JournalSettings(SitePart, frozen=True, kw_only=True):
    """Where readings wait until they are confirmed, and the limits of that file."""

    path: Annotated[str, says("The file.")] = "/var/lib/street-gateway/journal.sqlite"
    max_size: Annotated[Size, says("When it is full, stored batches are deleted first, then the oldest telemetry, as a recorded gap.")] = (
        1 << 30
    )
    max_age: Annotated[Duration, says("How long a batch may wait for its receipt.")] = 30 * 86400.0
    keep_stored: Annotated[Duration, says("How long confirmed readings stay available for a replay.")] = 86400.0
