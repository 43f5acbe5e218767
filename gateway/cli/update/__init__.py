"""`gateway update`: the program of the gateway itself."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "check": "Say whether there is a newer release",
    "apply": "Update to the newest release, on trial",
    "rollback": "Go back to the version before",
    "run": "Finish an update, or begin one if the site file allows it",
    "finish": "Finish an update that was interrupted",
}


@click.group(cls=LazyGroup, package="gateway.cli.update", known=_COMMANDS)
def command() -> None:
    r"""Update the gateway to a release that is signed in the repository of its site file (firmware: repository).

    The new version is installed beside the old one, from the files of the release alone, and tried: the gateway must run and read every
    device that answered before. Otherwise the old version comes back by itself, also if the power fails meanwhile.

    \b
    sudo gateway update check /etc/street-gateway/site.yaml
    sudo gateway update apply /etc/street-gateway/site.yaml
    sudo gateway update rollback /etc/street-gateway/site.yaml
    """
