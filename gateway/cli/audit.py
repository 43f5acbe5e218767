"""`gateway audit`: is everything stored that was read? The journal, its receipts and the store, held against each other."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import msgspec

from gateway.central.ingest import ranges
from gateway.central.kept_batches import Numbers, kept_batches
from gateway.central.store import StoreUnavailable
from gateway.cli.common import SITE, columns, fail, read_site
from gateway.cli.journal.common import JSON, Since, readable
from gateway.journal import inspect
from gateway.journal.inspect import Epoch
from gateway.journal.journal import Gap
from gateway.model.site import Site
from gateway.model.topics import GatewayId

Ranges = list[tuple[int, int]]


class Audited(msgspec.Struct):
    """One run of one gateway: what became of its batches. `missing` were confirmed and are not in the store, `unknown` are nowhere."""

    operator: str
    gateway: str
    epoch: str
    batches: int
    stored: int
    waiting: int
    rejected: list[tuple[int, str]]
    gaps: list[tuple[int, int, str]]
    missing: Ranges
    unknown: Ranges


class Audit(msgspec.Struct):
    """What an audit found. Losses without numbers never were in a batch."""

    good: bool
    compared_with_store: bool
    runs: list[Audited]
    lost_readings: int


@click.command()
@SITE
@click.option("--since", "since_ms", type=Since(), default="1d", show_default=True, help="From when: 6h, 2d, or 2026-11-26T18:00 (UTC).")
@JSON
def command(site: Path, since_ms: int, *, as_json: bool) -> None:
    r"""Compare what SITE's gateway has in its journal with the receipts and with what the store of SITE's centre has.

    Every batch of every run is accounted for: stored, waiting, rejected, in a recorded gap, or missing. A site file with lines alone is
    audited by its receipts, one with a centre alone by the numbers in the store. Exit code 1 if something is missing.

    \b
    gateway audit site.yaml
    gateway audit site.yaml --since 2026-11-26T00:00 --json
    """
    loaded = read_site(site).site
    with readable():
        runs, gaps = _journal(loaded, since_ms)
    numbers = _store(loaded, since_ms)
    found = audit(_me(loaded), runs, gaps, numbers)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _print(found)
    sys.exit(0 if found.good else 1)


def _me(site: Site) -> GatewayId | None:
    return GatewayId(site.site, site.operator, site.gateway) if site.operator and site.gateway else None


def _journal(site: Site, since_ms: int) -> tuple[list[Epoch], list[Gap]]:
    path = Path(site.journal.path)
    return (inspect.epochs(path, since_ms), inspect.gaps(path, since_ms)) if site.lines else ([], [])


def _store(site: Site, since_ms: int) -> Numbers | None:
    if site.centre is None:
        return None
    try:
        return kept_batches(site.site, site.centre.store, since_ms)
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")


def audit(me: GatewayId | None, runs: Iterable[Epoch], gaps: Sequence[Gap], numbers: Numbers | None) -> Audit:
    """Account for every batch. Without a store the receipts count; without a journal, the numbers in between those that are stored."""
    mine = {run.epoch: run for run in runs}
    found = []
    for key in [(me, epoch) for epoch in mine] + sorted(key for key in numbers or {} if key[0] != me or key[1] not in mine):
        sender, epoch = key
        if sender is not None:
            run = mine.get(epoch, Epoch(epoch, set(), set(), {})) if sender == me else Epoch(epoch, set(), set(), {})
            found.append(_audited(sender, run, gaps, None if numbers is None else numbers.get((sender, epoch), set())))
    unnumbered = sum(gap.readings for gap in gaps)
    return Audit(not any(one.missing or one.unknown for one in found), numbers is not None, found, unnumbered)


def _audited(sender: GatewayId, run: Epoch, gaps: Sequence[Gap], in_store: set[int] | None) -> Audited:
    stored = run.stored if in_store is None else in_store
    everything = run.known | stored
    lost = [(gap.from_seq, gap.to_seq, gap.reason) for gap in gaps if gap.epoch == run.epoch and gap.from_seq is not None]
    told = [(first, last if last is not None else first, reason) for first, last, reason in lost]
    between = set(range(min(everything, default=0), max(everything, default=-1) + 1))
    left = between - stored - run.waiting - run.rejected.keys()
    left -= {number for number in left if any(first <= number <= last for first, last, _ in told)}
    missing = left & run.stored
    return Audited(
        sender.operator,
        sender.gateway,
        run.epoch.hex(),
        len(between),
        len(stored),
        len(run.waiting - stored),
        sorted(run.rejected.items()),
        told,
        ranges(missing),
        ranges(left - missing),
    )


def _print(found: Audit) -> None:
    rows: list[tuple[str, ...]] = [("gateway", "run", "batches", "stored", "waiting", "rejected", "in gaps", "missing", "unknown")]
    for one in found.runs:
        gapped = sum(last - first + 1 for first, last, _ in one.gaps)
        counts = (one.batches, one.stored, one.waiting, len(one.rejected), gapped)
        rows.append((f"{one.operator}/{one.gateway}", one.epoch, *map(str, counts), _shown(one.missing), _shown(one.unknown)))
    wrong = [False, *(bool(one.missing or one.unknown) for one in found.runs)]
    for line, is_wrong in zip(columns(rows, right=range(2, 7)), wrong, strict=True):
        click.secho(line, fg="red" if is_wrong else None)
    for one in found.runs:
        for first, last, reason in one.gaps:
            click.secho(f"{one.epoch} {first}-{last}: {reason}", fg="yellow")
        for seq, reason in one.rejected:
            click.secho(f"{one.epoch} {seq}: rejected: {reason}", fg="yellow")
    by = "the store" if found.compared_with_store else "its receipts"
    if found.good:
        click.echo(f"every batch is accounted for by {by}; {found.lost_readings} readings are in recorded gaps")
    else:
        click.echo("something is missing: 'gateway replay' sends again what the journal still has")


def _shown(numbers: Ranges) -> str:
    return ", ".join(f"{first}-{last}" if first != last else str(first) for first, last in numbers) or "-"
