"""`firmware repo`: a repository of signed firmware."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "init": "Make a repository, and its keys",
    "add": "Add an image of a firmware",
    "add-gateway": "Add a release of the gateway itself",
    "withdraw": "Remove an image",
    "sign": "Sign what was added or changed, here or on another machine",
    "publish": "Publish what is signed, and renew the timestamp",
    "list": "List images, and for how long the signatures are good",
    "verify": "Read a repository as a gateway does, and check every image",
    "renew": "Renew root or targets before they expire",
    "rotate": "Replace a key",
}


@click.group(cls=LazyGroup, package="firmware_tools.cli.repo", known=_COMMANDS)
def command() -> None:
    r"""Sign firmware and publish it: plain files on any web server, or in a folder.

    The keys of root and targets stay offline, as on a stick in a safe: only what they signed is ever installed. The keys of snapshot and
    timestamp are in the folder of the repository, and say what is current.

    \b
    firmware repo init street-firmware --keys /media/stick/keys
    firmware repo add street-firmware mr6c_1.26.0.wbfw --vendor "Wiren Board" --model WBMR6C --version 1.26.0 --driver wirenboard
    firmware repo sign street-firmware --keys /media/stick/keys
    firmware repo publish street-firmware --to /srv/www/firmware
    firmware repo verify street-firmware
    """
