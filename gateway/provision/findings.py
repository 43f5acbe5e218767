"""What a scan finds: devices, the products that each may be, and why. Written as JSON by `gateway scan --json`. Pure."""

from typing import Literal

import msgspec

from gateway.host.checks.finding import Sentence as Sentence  # noqa: PLC0414 — also part of what a scan finds


class Candidate(msgspec.Struct, kw_only=True):
    """A product that a device may be: its profile, what speaks for it, and what speaks against it. `serial_number` is as read with it."""

    profile: str
    vendor: str
    model: str
    reasons: list[Sentence] = []
    doubts: list[Sentence] = []
    serial_number: str | None = None


class Identification(msgspec.Struct, kw_only=True):
    """The products that a device may be, the likeliest first.

    `apart` says what would tell the first ones apart; it is empty if one product alone is first. `objects` are the texts of function
    43/14 by name.
    """

    candidates: list[Candidate] = []
    apart: list[Sentence] = []
    objects: dict[str, str] = {}

    @property
    def first(self) -> Candidate | None:
        """The product that alone is first; None if there is none, or several are equally likely."""
        return self.candidates[0] if self.candidates and not self.apart else None


Badge = Literal["new", "known", "duplicate", "wrong_setting", "moved", "replaced"]
"""How a device relates to the site file and to the last scan:

- `new`: the site file has no device at its address;
- `known`: the site file has this product there;
- `duplicate`: two devices share its address;
- `wrong_setting`: it responds, but not at the settings of the site file's line;
- `moved`: it had another address in the last scan;
- `replaced`: another device had its address, in the last scan or in the site file.
"""


class Found(msgspec.Struct, kw_only=True):
    """One device that was found.

    Args:
        unit: its Modbus address; None for an instrument that does not speak Modbus.
        settings: the serial settings, such as `9600 8N1`; None behind TCP.
        how: the way in which it was found: it responded to a Modbus request or to its own query, or it sent by itself.
        garbled: it responded, but its responses could not be read.
        also_at: other settings at which it responded too.
        identification: the products that it may be.
        badges: how it relates to the site file and to the last scan.
        notes: the same in sentences.
    """

    unit: int | None
    settings: str | None
    how: Literal["modbus", "query", "listening"] = "modbus"
    garbled: bool = False
    also_at: list[str] = []
    identification: Identification = msgspec.field(default_factory=Identification)
    badges: list[Badge] = []
    notes: list[Sentence] = []


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A silent device: the site file has it, but it did not respond. `moved_to` are addresses at which it may be."""

    device: str
    unit: int | None
    sentence: Sentence
    moved_to: list[int] = []


class Obstacle(msgspec.Struct, frozen=True):
    """Why a line is not scanned: somebody sends on it. `kind` is `master` or `unknown`."""

    kind: Literal["master", "unknown"]
    settings: str | None
    sentence: Sentence
