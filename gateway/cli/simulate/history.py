"""`gateway simulate history`: fill a store with weeks of a simulated town, to try dashboards, queries and retention."""

import sys
import time
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, read_centre
from gateway.cli.options import JSON, SITE, Seconds
from gateway.model.instants import iso_utc, ms_of_iso

_DAY_S = 86_400.0


class _Instant(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """A time (2026-11-26T18:00, in UTC if it names no zone), in seconds since 1970."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds since 1970."""
        try:
            return ms_of_iso(str(value)) / 1000
        except ValueError:
            self.fail(f"'{value}' is not a time; write for example 2026-11-26T18:00", param, ctx)


@click.command()
@SITE
@click.option(
    "--days", type=click.FloatRange(min=0, min_open=True, max=3660), default=30.0, show_default=True, help="Length of the history."
)
@click.option("--assets", type=click.IntRange(10, 100_000), default=500, show_default=True, help="Assets of the town: mostly lamps.")
@click.option("--every", "every_s", type=Seconds(), default="5min", show_default=True, help="Interval between two readings of a device.")
@click.option("--until", "until_s", type=_Instant(), help="End of the history, for example 2026-11-26T18:00 (UTC); by default, now.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same noise.")
@JSON
def command(site: Path, *, days: float, assets: int, every_s: float, until_s: float | None, seed: int, as_json: bool) -> None:
    r"""Fill the empty store of SITE's centre with the history of a simulated town.

    The town has lighting panels, lamps, traffic and environment sensors, and the gateways that read them. Among its
    faults are a dark panel, a panel that burns by day, a lost phase, failed lamps, a stuck sensor, and a dead gateway.
    The store is set up as by 'gateway central setup'. In InfluxDB 1.x the roll-ups are filled for the whole time; the
    tasks of InfluxDB 2.x fill those of the last three days. Exit code 1 if the store already has readings.

    \b
    gateway simulate history centre.yaml
    gateway simulate history centre.yaml --days 365 --assets 500 --every 1h --json
    """
    from gateway.centre.stores.port import StoreRefused, StoreUnavailable
    from gateway.host.files import SecretError
    from gateway.simulate.history.filling import StoreNotEmpty, fill
    from gateway.simulate.history.rows import History
    from gateway.simulate.history.town import Period

    if every_s < 1:
        raise click.BadParameter("at least 1s", param_hint="'--every'")
    described = read_centre(site)
    end_s = float(int(time.time() if until_s is None else until_s))
    history = History(assets, Period(end_s - days * _DAY_S, end_s), every_s, seed)
    begun_s = time.monotonic()
    try:
        filled = fill(described.settings, described.time_zone, history, _progress)
    except StoreNotEmpty:
        fail("the store already has readings; name an empty database in the site file")
    except SecretError as error:
        fail(str(error))
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")
    except StoreRefused as error:
        fail(f"the store refuses: {error}")
    took_s = round(time.monotonic() - begun_s, 1)
    if as_json:
        period = {"from": iso_utc(int(1000 * history.whole.from_s)), "to": iso_utc(int(1000 * end_s))}
        click.echo(msgspec.json.encode(filled._asdict() | period | {"seconds": took_s}))
    else:
        click.echo(f"{filled.assets} assets, {filled.gateways} gateways: {filled.rows} rows, {filled.values} values in {took_s:g} s")
    if filled.refused:
        click.echo(f"the store refused {filled.refused} rows; is its retention shorter than the history?", err=True)
        sys.exit(1)


_said = [-1]


def _progress(share: float) -> None:
    """Print each tenth that is written, on a terminal alone."""
    tenth = int(10 * share)
    if tenth > _said[0] and sys.stderr.isatty():
        _said[0] = tenth
        click.echo(f"{10 * tenth} %", err=True)
