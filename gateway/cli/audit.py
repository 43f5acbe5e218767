"""`gateway audit`: checks that everything that was read is stored."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from gateway.audit.batches import Ranges
from gateway.audit.site_audit import Audit, audit_site
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import StoreReader, StoreUnavailable
from gateway.cli.common import columns, fail, read_site, when
from gateway.cli.journal.common import readable
from gateway.cli.options import JSON, SITE, since
from gateway.config.site_file import CentreSite
from gateway.host.files import SecretError

_HEAD = ("gateway", "run", "batches", "stored", "waiting", "rejected", "in gaps", "missing", "unknown")


@click.command()
@SITE
@since(default="1d")
@JSON
def command(site: Path, since_ms: int, *, as_json: bool) -> None:
    r"""Compare the journal of SITE's gateway with its receipts and with the store of SITE's centre.

    Every batch of every run is accounted for: stored, waiting, rejected, in a recorded gap, missing, or unknown. A site file with lines
    alone is audited by its receipts; one with a centre alone, by the batch numbers in the store.

    If the site file has both, every confirmed reading is looked for in the store and compared with what is there. Missing ones, and values
    that are others in the store, are listed by device and time. Exit code 1 if there are any.

    \b
    gateway audit site.yaml
    gateway audit site.yaml --since 2026-11-26T00:00 --json
    """
    loaded = read_site(site)
    with readable(), _store(loaded.centre) as store:
        found = audit_site(loaded, since_ms, store, _wait)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _print(found, site)
    sys.exit(0 if found.good else 1)


@contextmanager
def _store(centre: CentreSite | None) -> Iterator[StoreReader | None]:
    """Open the store of a site's centre, if it has one; exit with an error message if the store does not answer."""
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
    except SecretError as error:
        fail(str(error))


def _wait(seconds: float) -> None:
    """Wait until a store shows recent data; it sends no event."""
    click.echo(f"some data is not there yet; looking again in {seconds:g} s, as this store indexes with a delay", err=True)
    time.sleep(seconds)


def _print(found: Audit, site: Path) -> None:
    rows: list[tuple[str, ...]] = [_HEAD]
    for one in found.runs:
        in_gaps = sum(last - first + 1 for first, last, _ in one.gaps)
        counts = (one.batches, one.stored, one.waiting, len(one.rejected), in_gaps)
        rows.append((f"{one.operator}/{one.gateway}", one.epoch, *map(str, counts), _shown(one.missing), _shown(one.unknown)))
    wrong = [False, *(bool(one.missing or one.unknown) for one in found.runs)]
    for line, is_wrong in zip(columns(rows, right=range(2, 7)), wrong, strict=True):
        click.secho(line, fg="red" if is_wrong else None)
    _print_losses(found)
    if found.good:
        by = "the store" if found.compared_with_store else "receipts"
        click.echo(f"every batch is accounted for by {by}; {found.lost_readings} readings are in recorded gaps")
        return
    if found.altered:
        click.echo("something else writes the same series, or changed the store; 'gateway check' finds series that overwrite each other")
    if not found.cut_out and not any(one.missing or one.unknown for one in found.runs):
        return
    click.echo("data is missing: 'gateway replay' resends what the journal still has")
    span = found.replay_span
    if span is not None:
        click.echo(f"gateway replay {site} --since {when(span[0])} --until {when(span[1])}")


def _print_losses(found: Audit) -> None:
    """Print what was rejected or lost, and what is missing from the store or altered there."""
    for one in found.runs:
        for seq, reason in one.rejected:
            click.secho(f"{one.epoch} {seq}: rejected: {reason}", fg="yellow")
    for gap in found.gaps:
        click.secho(f"gap from {when(gap.from_ms)} to {when(gap.to_ms)}: {gap.reason}", fg="yellow")
    for cut in found.cut_out:
        times = f"{when(cut.from_ms)} to {when(cut.to_ms)}"
        click.secho(f"{cut.device} ({cut.asset}): {cut.readings} readings of {cut.measurement} from {times}: {cut.reason}", fg="red")
    for other in found.altered:
        times = f"{when(other.from_ms)} to {when(other.to_ms)}"
        what = f"{other.readings} values of {other.measurement}.{other.field} from {times} are others in the store"
        click.secho(f"{other.device} ({other.asset}): {what}: first {other.stored} instead of {other.confirmed}", fg="red")


def _shown(numbers: Ranges) -> str:
    return ", ".join(f"{first}-{last}" if first != last else str(first) for first, last in numbers) or "-"
