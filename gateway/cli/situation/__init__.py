"""`gateway situation`: the Situation Room."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "publish": "Publish an event, from a GeoJSON file",
    "list": "List the situations",
    "show": "Show a situation, and what was done with it",
    "update": "Change the content of a situation",
    "confirm": "Confirm that a situation begins as planned, or that it has begun",
    "end": "Say that a situation is over",
    "cancel": "Cancel a situation, with the reason",
    "take-back": "Take back the last change of a state",
    "ack": "Answer: seen, accepted or objected",
    "serve": "Run the Situation Room: publish what happens, and do what organisations request",
    "token": "Issue or withdraw the token with which a program reaches the API",
    "tokens": "List the tokens of programs",
    "person": "Give a person the password for the pages, or take it away",
    "conflicts": "Show what is in the way of a situation, and who could dig together",
    "near": "Show which works come near to what an organisation owns",
    "export": "Export situations in a format of others",
    "import": "Publish the situations in a document of others",
}


@click.group(cls=LazyGroup, package="gateway.cli.situation", known=_COMMANDS)
def command() -> None:
    r"""The Situation Room, on the machine of the centre: events of public interest, and what organisations do with them.

    Each command first does what time has brought: proposals that nobody answered in time, starts and ends that have passed.

    \b
    gateway situation publish centre.yaml works.geojson --as publiacqua --by anna
    gateway situation list centre.yaml
    gateway situation ack centre.yaml publiacqua-via-roma-3 accepted --as comune --by luca
    gateway situation conflicts centre.yaml publiacqua-via-roma-3
    """
