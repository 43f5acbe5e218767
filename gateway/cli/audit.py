"""`gateway audit`: is everything stored that was read? The journal, its receipts and the store, held against each other."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from gateway.audit.batches import Audited, Ranges, audit, numbers_in
from gateway.audit.readings import CutOut, cut_out
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import StoreReader, StoreUnavailable
from gateway.cli.common import columns, fail, read_site, when
from gateway.cli.journal.common import readable
from gateway.cli.options import JSON, SITE, since
from gateway.config.site_file import CentreSite, EdgeSite, LoadedSite
from gateway.journal import inspect
from gateway.journal.entries import Gap
from gateway.journal.inspect import EpochBatches


class RecordedGap(msgspec.Struct):
    """A loss that the gateway wrote down."""

    from_ms: int | None
    to_ms: int
    readings: int
    reason: str


class Audit(msgspec.Struct):
    """What an audit found. Losses without numbers never were in a batch."""

    good: bool
    compared_with_store: bool
    runs: list[Audited]
    cut_out: list[CutOut]
    gaps: list[RecordedGap]
    lost_readings: int


@click.command()
@SITE
@since(default="1d")
@JSON
def command(site: Path, since_ms: int, *, as_json: bool) -> None:
    r"""Compare what SITE's gateway has in its journal with the receipts and with what the store of SITE's centre has.

    Every batch of every run is accounted for: stored, waiting, rejected, in a recorded gap, or missing. A site file with lines alone is
    audited by its receipts, one with a centre alone by the numbers in the store.

    Where the site file has both, every reading that was confirmed is looked for in the store too: what was cut out there is named by
    device, times and reason. Exit code 1 if something is missing.

    \b
    gateway audit site.yaml
    gateway audit site.yaml --since 2026-11-26T00:00 --json
    """
    loaded = read_site(site)
    with readable():
        runs, gaps = _journal(loaded.edge, since_ms)
    with _store(loaded.centre) as store:
        accounted = _accounted(loaded, runs, gaps, store, since_ms)
        found = _found(accounted, _cut_out(loaded.edge, store, since_ms), gaps, with_store=store is not None)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _print(found, site)
    sys.exit(0 if found.good else 1)


def _journal(edge: EdgeSite | None, since_ms: int) -> tuple[list[EpochBatches], list[Gap]]:
    if edge is None:
        return [], []
    path = Path(edge.journal.path)
    return inspect.epochs(path, since_ms), inspect.gaps(path, since_ms)


@contextmanager
def _store(centre: CentreSite | None) -> Iterator[StoreReader | None]:
    """Open the store of a site's centre, for as long as it is asked; a store that does not answer ends the command."""
    if centre is None:
        yield None
        return
    try:
        reader = open_reader(centre.settings.store)
        try:
            yield reader
        finally:
            reader.close()
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")


def _settle(store: StoreReader) -> None:
    """Wait until a store shows what it has taken; there is no event that tells."""
    if store.shows_within_s:
        click.echo(f"something is not there; looking again in {store.shows_within_s:g} s, as this store shows late what it takes", err=True)
        time.sleep(store.shows_within_s)


def _accounted(
    loaded: LoadedSite, runs: Sequence[EpochBatches], gaps: Sequence[Gap], store: StoreReader | None, since_ms: int
) -> list[Audited]:
    me, name = loaded.edge.id if loaded.edge is not None else None, loaded.site.site
    if store is None:
        return audit(me, runs, gaps, None)
    found = audit(me, runs, gaps, numbers_in(store, name, since_ms))
    if any(one.missing for one in found):
        _settle(store)
        found = audit(me, runs, gaps, numbers_in(store, name, since_ms))
    return found


def _cut_out(edge: EdgeSite | None, store: StoreReader | None, since_ms: int) -> list[CutOut]:
    if edge is None or store is None:
        return []
    with readable():
        return cut_out(lambda: inspect.rows(Path(edge.journal.path), since_ms), edge.id, store, since_ms, lambda: _settle(store))


def _found(runs: list[Audited], cut: list[CutOut], gaps: Sequence[Gap], *, with_store: bool) -> Audit:
    good = not cut and not any(one.missing or one.unknown for one in runs)
    recorded = [RecordedGap(gap.from_ms, gap.to_ms or gap.at_ms, gap.readings, gap.reason) for gap in gaps]
    return Audit(good, with_store, runs, cut, recorded, sum(gap.readings for gap in gaps))


def _print(found: Audit, site: Path) -> None:
    rows: list[tuple[str, ...]] = [("gateway", "run", "batches", "stored", "waiting", "rejected", "in gaps", "missing", "unknown")]
    for one in found.runs:
        gapped = sum(last - first + 1 for first, last, _ in one.gaps)
        counts = (one.batches, one.stored, one.waiting, len(one.rejected), gapped)
        rows.append((f"{one.operator}/{one.gateway}", one.epoch, *map(str, counts), _shown(one.missing), _shown(one.unknown)))
    wrong = [False, *(bool(one.missing or one.unknown) for one in found.runs)]
    for line, is_wrong in zip(columns(rows, right=range(2, 7)), wrong, strict=True):
        click.secho(line, fg="red" if is_wrong else None)
    for one in found.runs:
        for seq, reason in one.rejected:
            click.secho(f"{one.epoch} {seq}: rejected: {reason}", fg="yellow")
    for gap in found.gaps:
        click.secho(f"gap from {when(gap.from_ms)} to {when(gap.to_ms)}: {gap.reason}", fg="yellow")
    for cut in found.cut_out:
        times = f"{when(cut.from_ms)} to {when(cut.to_ms)}"
        click.secho(f"{cut.device} ({cut.asset}): {cut.readings} readings of {cut.measurement} from {times}: {cut.reason}", fg="red")
    by = "the store" if found.compared_with_store else "its receipts"
    if found.good:
        click.echo(f"every batch is accounted for by {by}; {found.lost_readings} readings are in recorded gaps")
        return
    click.echo("something is missing: 'gateway replay' sends again what the journal still has")
    if found.cut_out:
        first_ms, last_ms = min(one.from_ms for one in found.cut_out), max(one.to_ms for one in found.cut_out)
        # A batch begins before its readings: at most as long as gateways flush.
        click.echo(f"gateway replay {site} --since {when(first_ms - 60_000)} --until {when(last_ms + 1000)}")


def _shown(numbers: Ranges) -> str:
    return ", ".join(f"{first}-{last}" if first != last else str(first) for first, last in numbers) or "-"
