"""`gateway schema`: JSON Schema for editors."""

import click
import msgspec

from gateway.config.convert import json_schema
from gateway.model.profile import Profile
from gateway.model.site import Site

_DOCUMENTS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "site": (Site, "Site file of street-gateway"),
    "profile": (Profile, "Device profile of street-gateway"),
}


@click.command()
@click.argument("document", type=click.Choice(list(_DOCUMENTS)))
def command(document: str) -> None:
    r"""Print the JSON Schema of a site file or of a device profile, for editors that complete and check YAML.

    \b
    gateway schema site > site.schema.json
    # and in the first line of site.yaml:
    # yaml-language-server: $schema=site.schema.json
    """
    type_, title = _DOCUMENTS[document]
    schema = json_schema(type_, title)
    if type_ is Profile:
        # A profile that extends another says only what is different.
        own = schema["$defs"]["Profile"]
        own |= {"if": {"required": ["extends"]}, "then": {"required": ["profile"]}, "else": {"required": own.pop("required")}}
    click.echo(msgspec.json.format(msgspec.json.encode(schema), indent=2))
