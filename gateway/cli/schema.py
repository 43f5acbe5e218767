"""`gateway schema`: JSON Schemas of site files, profiles and MQTT messages, the AsyncAPI document, and the OpenAPI document."""

from typing import Any

import click
import msgspec

from gateway.config.json_schema import json_schema
from gateway.model.contract import CHANNELS, message_schema
from gateway.model.profile import Profile
from gateway.model.site.file import Site
from gateway.situation.contract import MESSAGE_CHANNELS, situation_message_schema, whole_asyncapi
from gateway.situation.event.json_schema import situation_schema

_FILES: dict[str, tuple[type[msgspec.Struct], str]] = {
    "site": (Site, "Site file of street-gateway"),
    "profile": (Profile, "Device profile of street-gateway"),
}
_MESSAGES = {channel.name: channel for channel in CHANNELS if channel.message is not None}
_ROOM_MESSAGES = {channel.name: channel for channel in MESSAGE_CHANNELS}


@click.command()
@click.argument("document", type=click.Choice([*_FILES, *_MESSAGES, "situation", *_ROOM_MESSAGES, "asyncapi", "openapi"]))
def command(document: str) -> None:
    r"""Print the JSON Schema of site files, profiles, one kind of message or situations, or the AsyncAPI or OpenAPI document.

    The AsyncAPI document has all topics, the OpenAPI document the API of the Situation Room.

    With the schemas of files, editors complete and check YAML. Those of messages are for programs that read or write topics.

    \b
    gateway schema site > site.schema.json
    # and in the first line of site.yaml:
    # yaml-language-server: $schema=site.schema.json
    gateway schema city
    gateway schema asyncapi > asyncapi.json
    gateway schema openapi > openapi.json
    """
    if document == "asyncapi":
        schema = whole_asyncapi()
    elif document == "openapi":
        from gateway.web.situation.openapi.document import openapi

        schema = openapi()
    elif document == "situation":
        schema = situation_schema()
    elif document in _ROOM_MESSAGES:
        schema = situation_message_schema(_ROOM_MESSAGES[document])
    elif document in _MESSAGES:
        schema = message_schema(_MESSAGES[document])
    else:
        schema = _of_file(document)
    click.echo(msgspec.json.format(msgspec.json.encode(schema), indent=2))


def _of_file(document: str) -> dict[str, Any]:
    type_, title = _FILES[document]
    schema = json_schema(type_, title)
    if type_ is Profile:
        # A profile that extends another contains only the differences.
        own = schema["$defs"]["Profile"]
        own |= {"if": {"required": ["extends"]}, "then": {"required": ["profile"]}, "else": {"required": own.pop("required")}}
    return schema
