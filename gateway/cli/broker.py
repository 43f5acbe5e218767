"""`gateway broker`: the embedded broker."""

import asyncio

import click

from gateway.cli.common import fail, run_until_signalled
from gateway.cli.options import VERBOSE


@click.command()
@click.option("--port", default=1883, show_default=True, help="Port on the loopback interface.")
@VERBOSE
def command(port: int, *, verbose: bool) -> None:
    r"""Run the embedded MQTT broker on loopback, for demos and tests on machines without mosquitto.

    It speaks MQTT 3.1.1, has no users, and stores nothing across a restart.

    \b
    gateway broker --port 1884
    """
    try:
        from gateway.host.mqtt.embedded_broker import EmbeddedBroker
    except ImportError:
        fail("the embedded broker needs an extra: pip install 'street-gateway[demo]'")

    async def serve(stop: asyncio.Event) -> None:
        async with EmbeddedBroker(port):
            click.echo(f"listening on mqtt://127.0.0.1:{port}", err=True)
            await stop.wait()

    run_until_signalled(serve, verbose=verbose)
