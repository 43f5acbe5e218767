"""What a quick scan finds on a line with eight devices at three settings, and on lines with one instrument each, and how long it takes.

The line is a paced pty whose far end follows the baud rate. The bound is what the plan takes where nobody responds, from the baud rates alone:
characters, silences and time-outs; identification is on top of it. A pty has no parity, so the three settings differ in their baud rate.
Seconds are those of an idle machine (`tests/steady_loop.py`).

The same eight devices are scanned again while a gateway's line owner polls four of them: they must keep at least 90 % of their readings.

Then a table: for every profile of the library, a device made from the facts (or, for instruments, from their examples) is identified first,
or is ambiguous (with what tells the products apart), or not identifiable (with the reason).

    python -m tests.bench.scan [--table-only] [--json]
"""

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from gateway.fieldbus.binding.every_point import bind_every_point, channel_count
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.model.profile import Profile, listens
from gateway.provision.findings import Found, Identification
from gateway.provision.identify import identify
from gateway.provision.scan.listening import instrument
from gateway.provision.scan.plan import ScanPlace, remaining_s, serial_legs, settings_of
from gateway.provision.scan.scanner import ScanTerms, SerialScan, fingerprints_of
from gateway.provision.scan.traffic import messages_in
from gateway.simulate.devices.instruments import Pms5003, Wxt536
from tests.bench.scan_beside_polling import PolledResult, scan_polled_line
from tests.profiles.instruments import INSTRUMENTS
from tests.provision.products import MODBUS, PROFILES
from tests.provision.scan.watching import Watching
from tests.provision.units import TunedPty, port_access, product, serial_units, tcp_units
from tests.steady_loop import run_steadily

KEPT_LEAST = 0.9
"""So many of their readings the devices of a polled line keep while it is scanned."""

EIGHT = [
    (1, "eastron_sdm120", 2400),
    (5, "carlo_gavazzi_em340", 9600),
    (7, "eastron_sdm630", 9600),
    (11, "xy_md02", 9600),
    (23, "wirenboard_led", 9600),
    (2, "abb_b23_b24", 19200),
    (3, "schneider_iem3155", 19200),
    (32, "wirenboard_map3e", 19200),
]


class LineResult(NamedTuple):
    """What was found on a line, what is missing, and the seconds it took beside the bound."""

    line: str
    found: list[str]
    missing: list[str]
    seconds: float
    bound_s: float


class ProfileResult(NamedTuple):
    """How a device of a product is identified, with what tells it apart, or why it can't be."""

    profile: str
    outcome: str
    remark: str


class Printing(Watching):
    """Prints each device as it is found."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__()
        self._quiet, self._began_s = quiet, asyncio.get_running_loop().time()

    def found(self, found: Found) -> None:
        super().found(found)
        if not self._quiet:
            names = "/".join(one.profile for one in found.identification.candidates) or "-"
            print(f"  {asyncio.get_running_loop().time() - self._began_s:6.1f} s  {found.settings}  unit {found.unit}  {names}", flush=True)


async def scan_line(name: str, path: str, wanted: list[str], *, quiet: bool) -> LineResult:
    """Scan one pty as a technician does: quickly, with the whole library."""
    if not quiet:
        print(name, flush=True)
    legs = serial_legs(PROFILES, full=False)
    watching = Printing(quiet=quiet)
    terms = ScanTerms()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await SerialScan(port_access(path), PROFILES, terms, watching).run(legs, ScanPlace())
    seconds = loop.time() - began_s
    found = [one.identification.first.profile if one.identification.first else "?" for one in watching.devices]
    missing = [one for one in wanted if one not in found]
    return LineResult(name, found, missing, seconds, terms.listen_s + remaining_s(legs, ScanPlace()))


async def devices(*, quiet: bool) -> LineResult:
    """Scan the line with eight devices."""
    async with serial_units([product(*one) for one in EIGHT]) as bus:
        return await scan_line("eight devices at 2400, 9600 and 19200 baud", bus.pty.path, [name for _, name, _ in EIGHT], quiet=quiet)


async def one_instrument(name: str, run: Callable[[TunedPty], Awaitable[None]], *, quiet: bool) -> LineResult:
    """Scan the line of an instrument that does not speak Modbus."""
    pty = TunedPty(9600)
    running = asyncio.ensure_future(run(pty))
    try:
        return await scan_line(name, pty.path, [name], quiet=quiet)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        pty.close()


async def table(*, zeros: bool) -> list[ProfileResult]:
    """Identify a device of every profile; with `zeros`, registers that a product lacks read 0 instead of being refused."""
    fingerprints = fingerprints_of(PROFILES)
    results = []
    for name in MODBUS:
        unit = product(1, name)
        unit.zeros = zeros
        async with tcp_units([unit]) as (host, port):
            client = TcpClient(TcpWire(host, port), 1.0)
            results.append(judged(name, await identify(client, 1, fingerprints)))
            client.close()
    if zeros:
        return results
    results += [instrument_result(profile) for profile in PROFILES if profile.modbus is None]
    return results


def judged(name: str, found: Identification) -> ProfileResult:
    names = [one.profile for one in found.candidates]
    if found.first is not None and found.first.profile == name:
        return ProfileResult(name, "first", "; ".join(one.en for one in found.first.reasons))
    if found.first is not None:
        return ProfileResult(name, "another first", ", ".join(names))
    if name in names:
        return ProfileResult(name, "ambiguous", f"{', '.join(names)}: {'; '.join(one.en for one in found.apart)}")
    return ProfileResult(name, "not identifiable", f"found {', '.join(names) or 'nothing'}")


def instrument_result(profile: Profile) -> ProfileResult:
    """Return which products explain the messages of an instrument that is made from the facts."""
    make = INSTRUMENTS.get(profile.profile)
    if make is None:
        return ProfileResult(profile.profile, "not identifiable", "no simulated instrument sends its messages")
    data = b""
    simulated = make(1)
    way = profile.text or profile.frame
    asked = _queries(profile) if not listens(profile) else [b""] * 3
    for query in asked[:3]:
        data += simulated.answer(query) or b""
    alike = [
        one
        for one in PROFILES
        if one.modbus is None and settings_of(one.serial) == settings_of(profile.serial) and listens(one) == listens(profile)
    ]
    if not listens(profile):
        alike = [one for one in alike if _queries(one)[:1] == _queries(profile)[:1]]
    counts = {one.profile: messages_in(data, one) for one in alike}
    best = max(counts.values(), default=0)
    if not counts.get(profile.profile):
        reason = (
            "it answers its query only after its setup, which a scan does not send"
            if way is not None and way.setup
            else "its messages hold no value yet"
        )
        return ProfileResult(profile.profile, "not identifiable", reason)
    return judged(
        profile.profile,
        instrument(
            [one for one in alike if counts[one.profile] == best], settings_of(profile.serial), by_itself=listens(profile)
        ).identification,
    )


def _queries(profile: Profile) -> list[bytes]:
    return [query.data for query in dialect_of(bind_every_point(profile, channels=range(min(1, channel_count(profile))))).queries]


class Results(NamedTuple):
    """What there is to show: the lines that were scanned, the line that was polled meanwhile, and both tables."""

    lines: list[LineResult]
    polled: PolledResult | None
    profiles: list[ProfileResult]
    zeros: list[ProfileResult]

    @property
    def good(self) -> bool:
        """Whether everything was found, and the polled devices kept their readings."""
        polled_well = self.polled is None or (not self.polled.missing and self.polled.kept >= KEPT_LEAST)
        return polled_well and not any(one.missing for one in self.lines)


async def run(*, table_only: bool, quiet: bool) -> Results:
    """Identify every profile, then scan the lines side by side, and last the polled one alone."""
    profiles = await table(zeros=False)
    if not quiet:
        print_table(profiles)
        print("\nThe same where registers that a device lacks read 0, as on many devices:")
    zeros = await table(zeros=True)
    if not quiet:
        print_table(zeros)
    if table_only:
        return Results([], None, profiles, zeros)
    lines = await asyncio.gather(
        devices(quiet=quiet),
        one_instrument("vaisala_wxt536", lambda pty: Wxt536(pty).run(), quiet=quiet),
        one_instrument("plantower_pms5003", lambda pty: Pms5003(pty).run(), quiet=quiet),
    )
    return Results(list(lines), await scan_polled_line(EIGHT), profiles, zeros)


def print_table(profiles: list[ProfileResult]) -> None:
    for one in profiles:
        print(f"{one.profile:32} {one.outcome:17} {one.remark}")
    outcomes = [one.outcome for one in profiles]
    print(", ".join(f"{outcomes.count(name)} {name}" for name in ("first", "ambiguous", "another first", "not identifiable")), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--table-only", action="store_true")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    results = run_steadily(run(table_only=asked.table_only, quiet=asked.json))
    if asked.json:
        print(json.dumps({name: _plain(one) for name, one in results._asdict().items()}))
    else:
        print_lines(results)
    sys.exit(0 if results.good else 1)


def print_lines(results: Results) -> None:
    for one in results.lines:
        missing = f"; NOT FOUND: {', '.join(one.missing)}" if one.missing else ""
        print(f"{one.line:45} {len(one.found)} found in {one.seconds:.1f} s, bound {one.bound_s:.1f} s{missing}")
    polled = results.polled
    if polled is not None:
        missing = f"; NOT FOUND: {', '.join(polled.missing)}" if polled.missing else ""
        print(
            f"{'the eight devices, four of them polled':45} {len(polled.found)} found in {polled.seconds:.1f} s, bound {polled.bound_s:.1f} s if it were free{missing}"
        )
        print(f"  readings of the polled devices: {polled.kept:.1%} during the scan, {polled.kept_alone:.1%} before it")
        print(f"  at least {KEPT_LEAST:.0%} are needed; polls alone use {polled.load:.0%} of the line")


def _plain(result: object) -> object:
    if isinstance(result, list):
        return [_plain(one) for one in result]
    return result._asdict() if isinstance(result, LineResult | PolledResult | ProfileResult) else result


if __name__ == "__main__":
    main()
