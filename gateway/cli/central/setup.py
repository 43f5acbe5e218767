"""`gateway central setup`: creates what the store needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from gateway.cli.common import fail, read_centre
from gateway.cli.options import DRY_RUN, JSON, SITE

if TYPE_CHECKING:
    from gateway.centre.stores.influx.setup import Setup


@click.command()
@SITE
@DRY_RUN
@JSON
def command(site: Path, *, dry_run: bool, as_json: bool) -> None:
    r"""Create what the store of SITE's centre needs: databases or buckets, retention, roll-ups of energy, counts and means.

    Running it again changes only what differs from the site file.

    \b
    gateway central setup centre.yaml --dry-run
    gateway central setup centre.yaml
    """
    from gateway.centre.stores.influx.setup import setup_of
    from gateway.centre.stores.port import StoreRefused, StoreUnavailable
    from gateway.host.files import SecretError

    described = read_centre(site)
    centre = described.settings
    if centre.store.influx is None:
        fail("the embedded history needs no setup: 'gateway central' prunes it as 'retention' says")
    if centre.store.influx.api == "victoria":
        fail("VictoriaMetrics needs no setup: -retentionPeriod sets its retention, and it computes no roll-ups")
    done: list[dict[str, object]] = []
    try:
        for database in centre.store.influx.databases():
            done += _set_up(setup_of(database, centre.retention, described.time_zone), dry_run=dry_run, as_json=as_json)
    except SecretError as error:
        fail(str(error))
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")
    except StoreRefused as error:
        fail(f"the store refuses: {error}")
    finally:
        if as_json:
            click.echo(msgspec.json.encode(done))


def _set_up(setup: "Setup", *, dry_run: bool, as_json: bool) -> Iterator[dict[str, object]]:
    """Take the steps of one database; yield each when it is done."""
    try:
        for step in setup.steps():
            changes = step.verb != "keep" and not dry_run
            if changes:
                setup.do(step)
            if not as_json:
                _print(step.verb, step.what, step.text, dry_run=dry_run)
            yield {"verb": step.verb, "what": step.what, "text": step.text, "done": changes}
    finally:
        setup.close()


def _print(verb: str, what: str, text: str, *, dry_run: bool) -> None:
    """Print a step; of one that would be done, also how."""
    if verb == "keep":
        click.echo(f"exists: {what}")
    elif dry_run:
        click.echo(f"would {verb}: {what}\n  {text}")
    else:
        click.echo(f"{verb}d: {what}")
