"""`gateway recover`: what the service street-recovery does."""

from pathlib import Path

import click

from gateway.cli.common import fail, in_language


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path) -> None:
    r"""Do the step that the gateway asks for in FOLDER: restart the network or the modem, or reboot. The service street-recovery runs this.

    A gateway asks when it has no connection for longer than 'uplink: recovery' says. Its commands are fixed: nmcli, or systemctl for
    systemd-networkd; mmcli; systemctl reboot.

    \b
    sudo gateway recover /var/lib/street-gateway/recovery
    """
    from gateway.host import clock
    from gateway.installation.machine import InstallError
    from gateway.installation.recovery import perform
    from gateway.uplink.recovery_request import take_request

    try:
        step = take_request(folder)
    except OSError as error:
        fail(f"{folder}: {error.strerror}")
    if step is None:
        click.echo(in_language("nothing is asked for", "nessuna richiesta"))
        return
    try:
        for said in perform(step, clock.up_ms() / 1000):
            click.echo(said)
    except InstallError as error:
        fail(str(error))
