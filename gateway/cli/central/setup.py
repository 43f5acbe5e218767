"""`gateway central setup`: creates what the store needs."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, read_centre
from gateway.cli.options import DRY_RUN, JSON, SITE


@click.command()
@SITE
@DRY_RUN
@JSON
def command(site: Path, *, dry_run: bool, as_json: bool) -> None:
    r"""Create what the store of SITE's centre needs: database or bucket, retention, roll-ups of energy, counts and means.

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
    try:
        setup = setup_of(centre.store.influx, centre.retention, described.time_zone)
    except SecretError as error:
        fail(str(error))
    done: list[dict[str, object]] = []
    try:
        for step in setup.steps():
            changes = step.verb != "keep" and not dry_run
            if changes:
                setup.do(step)
            done.append({"verb": step.verb, "what": step.what, "text": step.text, "done": changes})
            if not as_json:
                _print(step.verb, step.what, step.text, dry_run=dry_run)
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")
    except StoreRefused as error:
        fail(f"the store refuses: {error}")
    finally:
        setup.close()
        if as_json:
            click.echo(msgspec.json.encode(done))


def _print(verb: str, what: str, text: str, *, dry_run: bool) -> None:
    """Print a step; of one that would be done, also how."""
    if verb == "keep":
        click.echo(f"exists: {what}")
    elif dry_run:
        click.echo(f"would {verb}: {what}\n  {text}")
    else:
        click.echo(f"{verb}d: {what}")
