"""`gateway central setup`: creates what the store needs."""

from pathlib import Path

import click

from gateway.cli.common import fail, read_centre
from gateway.cli.options import DRY_RUN, SITE


@click.command()
@SITE
@DRY_RUN
def command(site: Path, *, dry_run: bool) -> None:
    r"""Create what the store of SITE's centre needs: database or bucket, retention, roll-ups of energy and counts.

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
    done = {"create": "would create" if dry_run else "created", "change": "would change" if dry_run else "changed", "keep": "exists"}
    try:
        setup = setup_of(centre.store.influx, centre.retention, described.time_zone)
    except SecretError as error:
        fail(str(error))
    try:
        for step in setup.steps():
            if step.verb != "keep" and not dry_run:
                setup.do(step)
            click.echo(f"{done[step.verb]}: {step.what}")
            if step.verb != "keep" and dry_run:
                click.echo(f"  {step.text}")
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")
    except StoreRefused as error:
        fail(f"the store refuses: {error}")
    finally:
        setup.close()
