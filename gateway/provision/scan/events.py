"""What a scan reports while it runs: one event at a time, alike for the command line, its JSON and the technician's page. Pure."""

import msgspec

from gateway.provision.findings import Found, Missing, Obstacle


class ScanProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a scan has come: the settings and the address that are tried next, and about how long the rest takes."""

    settings: str | None
    unit: int | None
    left_s: float


class AlsoAt(msgspec.Struct, frozen=True):
    """Further settings at which a device responds."""

    unit: int
    settings: str


class ScanEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How a scan ended.

    Args:
        complete: everything was tried.
        devices: so many were found.
        obstacle: who else sends on the line, if that stopped it.
        missing: the site's devices that did not respond.
        stopped: somebody stopped it; it can go on.
        problem: the line, or the record, failed.
        problem_it: the same in Italian, if it is known.
    """

    complete: bool
    devices: int
    obstacle: Obstacle | None = None
    missing: list[Missing] = []
    stopped: bool = False
    problem: str | None = None
    problem_it: str | None = None


class ScanEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event; exactly one field is set. `skipped` are settings that the port does not support."""

    found: Found | None = None
    also_at: AlsoAt | None = None
    skipped: str | None = None
    progress: ScanProgress | None = None
    end: ScanEnd | None = None
