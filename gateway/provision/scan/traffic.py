"""What was heard on a line before anything was sent: another master, an instrument that sends by itself, or something else. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.every_point import bind_every_point, channel_count
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.modbus.rtu_frames import frames_in
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile, listens
from gateway.provision.findings import Obstacle, Sentence
from gateway.provision.scan.plan import settings_of, settings_text

_FEWEST_FRAMES = 2
"""One frame may be noise whose CRC is right by chance (1 in 65,536); two are not."""


_READY, _READY_WITHOUT_CRC = 0x43, 0x15
"""What a receiver of XMODEM sends until its transfer begins (XMODEM/YMODEM Protocol Reference, 1988)."""


class Recognised(NamedTuple):
    """A product whose messages were found in received bytes, and in how many of them."""

    profile: Profile
    messages: int


def is_master(data: bytes) -> bool:
    """Return whether bytes contain Modbus RTU frames, which only a master's polling causes: devices never send by themselves."""
    frames = frames_in(data)
    return len(frames) >= _FEWEST_FRAMES or (bool(frames) and 2 * sum(map(len, frames)) > len(data))


def senders(data: bytes, profiles: Sequence[Profile], settings: SerialSettings | None) -> list[Recognised]:
    """Return the products that send by themselves at these settings (None: any) and explain the bytes, the likeliest first."""
    found = [
        Recognised(profile, count)
        for profile in profiles
        if listens(profile) and settings in (None, settings_of(profile.serial)) and (count := messages_in(data, profile))
    ]
    return sorted(found, key=lambda one: -one.messages)


def messages_in(data: bytes, profile: Profile) -> int:
    """Return how many messages with values of a product that does not speak Modbus are in received bytes."""
    dialect = dialect_of(bind_every_point(profile, channels=range(channel_count(profile))))
    for query in dialect.queries[:1]:
        dialect.expect(query)
    return sum(bool(message.values) for message in dialect.feed(data))


def obstacle(data: bytes, settings: SerialSettings | None) -> Obstacle:
    """Return why a line on which these bytes were heard is not scanned."""
    at = settings_text(settings)
    at_en, at_it = (f" at {at}", f" a {at}") if at else ("", "")
    if is_master(data):
        units = sorted({frame[0] for frame in frames_in(data)})
        shown = ", ".join(map(str, units[:8]))
        return Obstacle(
            "master",
            at,
            Sentence(
                f"another master polls this line{at_en} (units {shown}); stop it first, or scan nevertheless with --anyway",
                f"un altro master interroga questa linea{at_it} (unità {shown}); fermalo prima, oppure usa --anyway",
            ),
        )
    if set(data) <= {_READY} or set(data) <= {_READY_WITHOUT_CRC}:
        return Obstacle(
            "unknown",
            at,
            Sentence(
                f"a device waits in its bootloader{at_en} for firmware by XMODEM or YMODEM: an update of it was broken off; "
                "write it with: firmware flash SITE DEVICE",
                f"un dispositivo attende nel bootloader{at_it} un firmware via XMODEM o YMODEM: un suo aggiornamento si è interrotto; "
                "scrivilo con: firmware flash SITO DISPOSITIVO",
            ),
        )
    return Obstacle(
        "unknown",
        at,
        Sentence(
            f"{len(data)} bytes were received that no profile explains: an unknown instrument, another master at another speed, or noise "
            "(A and B swapped, no termination); scan nevertheless with --anyway",
            f"ricevuti {len(data)} byte che nessun profilo spiega: uno strumento sconosciuto, un altro master a un'altra velocità, o "
            "disturbi (A e B scambiati, terminazione assente); per procedere comunque usa --anyway",
        ),
    )
