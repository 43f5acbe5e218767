"""`gateway central setup`: what the store needs."""

from pathlib import Path

import click

from gateway.cli.common import fail, read_centre
from gateway.cli.options import SITE


@click.command()
@SITE
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def command(site: Path, *, dry_run: bool) -> None:
    r"""Make in the store of SITE's centre what it needs: database or bucket, retention, roll-ups of energy and counts.

    Done again it changes nothing but what is another than the site file says.

    \b
    gateway central setup centre.yaml --dry-run
    gateway central setup centre.yaml
    """
    from gateway.centre.stores.influx.setup import setup_of
    from gateway.centre.stores.port import StoreRefused, StoreUnavailable

    centre = read_centre(site).settings
    if centre.store.influx is None:
        fail("the embedded history needs no setup")
    if centre.store.influx.api == "victoria":
        fail("VictoriaMetrics needs no setup: -retentionPeriod says how long it keeps, and it computes no roll-ups by itself")
    setup = setup_of(centre.store.influx, centre.retention)
    said = {"make": "would make" if dry_run else "made", "change": "would change" if dry_run else "changed", "keep": "is there"}
    try:
        for step in setup.steps():
            if step.verb != "keep" and not dry_run:
                setup.do(step)
            click.echo(f"{said[step.verb]}: {step.what}")
            if step.verb != "keep" and dry_run:
                click.echo(f"  {step.text}")
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")
    except StoreRefused as error:
        fail(f"the store refuses: {error}; only InfluxDB 1.x and 2.x compute roll-ups")
    finally:
        setup.close()
