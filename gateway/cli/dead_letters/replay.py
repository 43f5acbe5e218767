"""`gateway dead-letters replay`: brought in again, once the cause is mended."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gateway.centre.dead_letters import Letter
from gateway.centre.stores.port import StoreUnavailable
from gateway.cli.common import fail, read_centre
from gateway.cli.dead_letters.common import ALL, NUMBERS, chosen, opened
from gateway.cli.options import SITE
from gateway.model.site import CentreSettings

_CONNECTED_WITHIN_S = 10.0


@click.command()
@SITE
@NUMBERS
@ALL
def command(site: Path, numbers: Sequence[int], *, every: bool) -> None:
    r"""Bring dead letters of SITE's centre in again: lines are written to the store, messages are published to the ingest.

    What the store takes now is no letter any more. A message that still can't be read in full comes back as a new letter. Exit code 1 if a
    line is refused again.

    \b
    gateway dead-letters replay centre.yaml 17 18
    gateway dead-letters replay centre.yaml --all
    """
    centre = read_centre(site).settings
    with opened(centre) as letters:
        wanted = chosen(letters, numbers, every=every)
        refused = _write([one for one in wanted if one.kind == "line"], centre)
        messages = [one for one in wanted if one.kind == "message"]
        if messages:
            asyncio.run(_publish(messages, site, centre))
        done = [one.id for one in wanted if one.id not in refused]
        letters.drop(done)
    click.echo(f"{len(done)} dead letters are brought in again")
    for number, reason in refused.items():
        click.secho(f"{number} is refused again: {reason}", fg="red")
    sys.exit(1 if refused else 0)


def _write(lines: Sequence[Letter], centre: CentreSettings) -> dict[int, str]:
    """Write lines to the store; gives those that it refuses, and why."""
    if not lines:
        return {}
    from gateway.centre.stores.influx.writer import InfluxStore

    if centre.store.influx is None:
        fail("these lines were written for an InfluxDB, and the site file names none now")
    store = InfluxStore(centre.store.influx)
    try:
        refused = store.write([[one.body.decode()] for one in lines])
    except StoreUnavailable as error:
        fail(f"the store does not answer: {error}")
    finally:
        store.close()
    return {lines[one.part].id: one.reason for one in refused}


async def _publish(messages: Sequence[Letter], site: Path, centre: CentreSettings) -> None:
    """Publish messages again, each on the topic that it came on."""
    from gateway.host.mqtt import Broker, Disconnected, Mqtt, PublishRefused

    connected = asyncio.Event()
    mqtt = Mqtt(
        Broker(centre.broker, centre.tls, centre.login), f"dead-letters-{site.stem}", on_connect=connected.set, on_message=lambda _: None
    )
    mqtt.start()
    try:
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            await connected.wait()
        for one in messages:
            await mqtt.publish(one.topic, one.body)
    except TimeoutError:
        fail(f"the broker {centre.broker} can't be reached; nothing is thrown away")
    except (PublishRefused, Disconnected) as error:
        fail(f"the broker does not take them: {error}; nothing is thrown away")
    finally:
        await mqtt.stop()
