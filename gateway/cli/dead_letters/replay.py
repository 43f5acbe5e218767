"""`gateway dead-letters replay`: stores dead letters again after the cause is fixed."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gateway.centre.dead_letters import Letter
from gateway.cli.common import fail, read_centre
from gateway.cli.dead_letters.common import ALL, NUMBERS, chosen, opened
from gateway.cli.options import JSON, SITE
from gateway.model.site.centre import CentreSettings


@click.command()
@SITE
@NUMBERS
@ALL
@JSON
def command(site: Path, numbers: Sequence[int], *, every: bool, as_json: bool) -> None:
    r"""Replay dead letters of SITE's centre: lines are written to the store, messages are published to the ingest again.

    Letters that are accepted are deleted. A message that still can't be stored in full comes back as a new letter. Exit code 1 if a line is
    refused again.

    \b
    gateway dead-letters replay centre.yaml 17 18
    gateway dead-letters replay centre.yaml --all
    """
    centre = read_centre(site).settings
    with opened(centre) as letters:
        wanted = chosen(letters, numbers, every=every)
        refused = _replay(wanted, centre, f"dead-letters-{site.stem}")
        done = [one.id for one in wanted if one.id not in refused]
        letters.drop(done)
    if as_json:
        click.echo(msgspec.json.encode({"replayed": done, "refused": refused}))
    else:
        click.echo(f"{len(done)} dead letters replayed")
        for number, reason in refused.items():
            click.secho(f"{number} refused again: {reason}", fg="red")
    sys.exit(1 if refused else 0)


def _replay(letters: Sequence[Letter], centre: CentreSettings, client_id: str) -> dict[int, str]:
    """Replay letters and return the reasons for those that are refused again; exit with an error message if none can be replayed."""
    from gateway.centre.letter_replay import NotPublished, publish_messages, write_lines
    from gateway.centre.stores.port import StoreUnavailable
    from gateway.host.files import SecretError
    from gateway.host.mqtt import Broker

    lines, messages = ([one for one in letters if one.kind == kind] for kind in ("line", "message"))
    refused: dict[int, str] = {}
    try:
        if lines:
            if centre.store.influx is None:
                fail("these are lines for InfluxDB, but the site file has no 'influx:' store")
            refused = write_lines(lines, centre.store.influx)
        if messages:
            asyncio.run(publish_messages(messages, Broker(centre.broker, centre.tls, centre.login), client_id))
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")
    except NotPublished as error:
        fail(f"{error}; no dead letter was deleted")
    except SecretError as error:
        fail(str(error))
    return refused
