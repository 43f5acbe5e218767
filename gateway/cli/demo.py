"""`gateway demo`: a street, end to end, on this machine."""

import asyncio
import sys
import tempfile
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail
from gateway.cli.options import JSON


@click.command()
@click.option("--port", default=8080, show_default=True, help="Port of the page on loopback; 0 takes a free one.")
@click.option("--seconds", type=click.FloatRange(min=1), help="Stop after so long; without it, Ctrl-C stops.")
@JSON
@click.option("--lamps", type=click.IntRange(0, 2000), default=60, show_default=True, help="How many lamps the street has.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0.1, max=3600),
    default=60.0,
    show_default=True,
    help="How much faster the simulated day passes.",
)
@click.option("--seed", default=1, show_default=True, help="Another street, another plan of faults.")
@click.option("--influx", metavar="URL", help="Store in this InfluxDB (database street_demo) instead of the embedded history.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep site files, logs, journals and history in this folder.",
)
@click.option("--recheck", is_flag=True, help="Run nothing: compare again what an earlier run left in the --keep folder.")
def command(
    *,
    port: int,
    seconds: float | None,
    as_json: bool,
    lamps: int,
    speed: float,
    seed: int,
    influx: str | None,
    keep: Path | None,
    recheck: bool,
) -> None:
    r"""Run a street of simulated devices on this machine: two gateways of two operators, a broker, a centre and a web page.

    The devices are simulated behind real sockets and ptys; everything else is what a real site runs. At the end every
    value in the store is compared with what the simulators served: exit code 1 if one is lost, doubled or wrong.

    \b
    gateway demo                          until Ctrl-C, page on port 8080
    gateway demo --seconds 30 --json      a short run for a script
    gateway demo --lamps 300 --speed 600  a longer street, a day in under three minutes
    gateway demo --keep /tmp/street       look at the site files, logs and history afterwards
    """
    try:
        from gateway.simulate import demo
    except ImportError as error:
        fail(f"the demo needs an extra ({error.name} is missing): pip install 'street-gateway[demo]'")
    from gateway.centre.stores.port import StoreUnavailable

    if recheck and keep is None:
        fail("--recheck needs the folder of an earlier run: --keep FOLDER")
    say = (lambda _: None) if as_json else click.echo
    at = (lambda _: None) if as_json else _announce
    with tempfile.TemporaryDirectory(prefix="street-") as folder:
        options = demo.Options(port, lamps, speed, seed, influx, keep or Path(folder))
        try:
            if recheck:
                found = demo.verdict(options.folder, demo.influx_of(options))
            else:
                found = asyncio.run(demo.run(options, seconds=seconds, say=say, at=at))
        except (demo.DemoError, StoreUnavailable) as error:
            fail(str(error))
    if as_json:
        click.echo(msgspec.json.encode(found._asdict()))
    else:
        click.echo(
            f"{found.taken} readings of {found.devices} devices were taken, {found.stored} are stored:"
            f" {found.lost} lost, {found.duplicated} duplicated, {found.wrong_values} wrong values"
        )
        for note in found.notes:
            click.secho(note, fg="red")
    sys.exit(0 if found.good else 1)


def _announce(url: str) -> None:
    click.secho(f"\nthe street is at {url}   (Ctrl-C stops)\n", bold=True)
