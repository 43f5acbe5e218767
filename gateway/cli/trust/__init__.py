"""`gateway trust`: the site's authority, and the identity of a gateway."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "init": "Make the site's authority",
    "broker": "Write the broker's certificates",
    "invite": "Invite a user to enrol, with a one-time code",
    "label": "Show an invitation as a QR code, or print its label",
    "issue": "Answer a request for a certificate",
    "list": "List certificates and invitations",
    "revoke": "Revoke certificates",
    "enrol": "Enrol a gateway",
    "first-boot": "Enrol a gateway with what is on its boot partition",
    "serve": "Renew certificates over MQTT",
    "renew": "Request a new certificate with the present one",
}


@click.group(cls=LazyGroup, package="gateway.cli.trust", known=_COMMANDS)
def command() -> None:
    r"""Certificates for gateways, utilities and the broker, from the site's own authority.

    A private key is made where it is used, and stays there. Files go to and fro, over any way: invitation, request, answer.

    \b
    At the centre:
    gateway trust init authority --name "Prato street authority"
    gateway trust invite authority prato-citelum-gw-0042 --out invitation.json
    gateway trust label invitation.json --out label.html
    gateway trust issue authority request.json --out answer.json
    gateway trust list authority
    \b
    On the gateway:
    gateway trust enrol invitation.json --out request.json
    gateway trust enrol answer.json
    """
