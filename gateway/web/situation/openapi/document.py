"""Generates the OpenAPI document from the table of operations. Pure."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import msgspec

from gateway.situation.event.document import DraftFeature
from gateway.situation.event.fields import Reference
from gateway.web.situation.http_parts import IDEMPOTENCY_KEY, NOTICE_MISSED, REQUEST_NUMBER
from gateway.web.situation.openapi.components import component_schemas, parameter_schemas, schema_ref
from gateway.web.situation.openapi.operations import EVENT_STREAM, OPERATIONS, ApiOperation
from gateway.web.situation.problem import PROBLEM_JSON, TITLES, ProblemDetails

API_VERSION = "1.0.0"
"""The version of the API, not of the program. The first number is that of the paths."""

EXAMPLE_SERVER = "https://situations.example"

_SUMMARY = "Roadworks, closures, outages and events of a city, exchanged by its organisations."
_ALWAYS, _WITH_TOKEN = (400, 429, 500, 503), (401, 403)
_RATE_HEADERS = {
    "X-RateLimit-Limit": "Requests in a minute.",
    "X-RateLimit-Remaining": "Requests that are left now.",
    "X-RateLimit-Reset": "Seconds until all are left.",
}


def openapi(server: str = EXAMPLE_SERVER, *, public: bool = True) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document.

    Args:
        server: The address of the server.
        public: Whether everybody may read public situations.
    """
    operations = [one for one in OPERATIONS if public or not one.path.startswith("/public/")]
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Situation Room",
            "version": API_VERSION,
            "summary": _SUMMARY,
            "x-summary": _SUMMARY,
            "description": "Situations are GeoJSON features. Ignore keys that you do not know, and read unknown members as `other`:"
            " later versions add some. `information_status` marks tests and exercises. Errors are problem+json, in English or Italian"
            " by Accept-Language; what an organisation may not see is answered as what does not exist.",
            "contact": {"name": "The operator of the Situation Room", "url": server},
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
            "x-api-id": "urn:street-gateway:situations",
        },
        "servers": [
            {"url": server, "description": "The Situation Room of a site.", **({} if server.startswith("https:") else {"x-sandbox": True})}
        ],
        "tags": [{"name": "situations", "description": "What happens in the streets."}],
        "security": [{"token": []}, {"signedToken": []}],
        "paths": paths,
        "components": {
            "schemas": component_schemas(_types(operations)),
            "headers": _headers(),
            "responses": {f"Problem{status}": _problem(status) for status in sorted({*chain.from_iterable(map(_errors, operations))})},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of a program of an organisation, from `gateway situation token`.",
                },
                "signedToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A token for one request, which a program signs itself with a registered key: AgID's ID_AUTH_REST_02,"
                    " with the rules of RFC 8725. `alg` ES256, RS256 or PS256; `aud` is the address of the server; `exp` is at most"
                    " an hour after `iat`; each `jti` counts once. With a header Agid-JWT-Signature, bodies are signed, too"
                    " (INTEGRITY_REST_01).",
                },
            },
        },
    }


_COUNT = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1_000_000}


def _headers() -> dict[str, Any]:
    rates = {name: {"description": description, "required": True, "schema": _COUNT} for name, description in _RATE_HEADERS.items()}
    return {**rates, "Retry-After": {"description": "Seconds after which to try again.", "schema": _COUNT}}


def _types(operations: Iterable[ApiOperation]) -> list[type[Any]]:
    found: list[type[Any]] = [ProblemDetails]
    for one in operations:
        found += [type_ for type_ in (one.body, one.answer) if type_ is not None and type_ not in found]
    return found


def _operation(one: ApiOperation) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": one.id, "summary": one.summary, "description": one.description, "tags": ["situations"]}
    if one.is_open:
        found["security"] = []
    if parameters := [*_parameters(one)]:
        found["parameters"] = parameters
    if one.body is not None:
        content = {kind: {"schema": schema_ref(one.body)} for kind in one.body_kinds}
        found["requestBody"] = {"required": one.body_required, "content": content}
    found["responses"] = {str(one.status): _success(one), **({"304": _not_modified()} if one.has_tag and not one.acts else {})}
    found["responses"] |= {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in _errors(one)}
    return found


def _errors(one: ApiOperation) -> list[int]:
    return sorted({*_ALWAYS, *one.errors, *(() if one.is_open else _WITH_TOKEN)})


def _parameters(one: ApiOperation) -> Iterable[dict[str, Any]]:
    if one.about_one:
        schema = parameter_schemas(msgspec.defstruct("_Path", [("id", Reference)]))["id"]
        yield {"name": "id", "in": "path", "required": True, "description": "The situation.", "schema": schema}
    if "{file}" in one.path:
        schema = {"type": "string", "maxLength": 200}
        yield {"name": "file", "in": "path", "required": True, "description": "The name of the file.", "schema": schema}
    if one.query is not None:
        for name, schema in parameter_schemas(one.query).items():
            described = schema.pop("description", name)
            yield {"name": name, "in": "query", "required": False, "description": described, "schema": schema}
    if one.acts:
        said = "Your own number of the request: what was done already is not done again, and is answered as then."
        yield _header(IDEMPOTENCY_KEY, said, {"type": "string", "pattern": f"^{REQUEST_NUMBER}$", "maxLength": 64})
    if one.acts and one.about_one:
        said = "The ETag of the version that you have read. Only its version counts, not answers and comments that came meanwhile."
        yield _header("If-Match", said, _TAG, required=one.method == "PUT")
    if one.has_tag and not one.acts:
        yield _header("If-None-Match", "The ETag of what you have.", _TAG)
    if one.kind == EVENT_STREAM:
        yield _header("Last-Event-ID", "The id of the last event that you have received.", {"type": "string", "pattern": "^[0-9]{1,16}$"})


_TAG = {"type": "string", "examples": ['"3-9f2b6c01d4e5a7f8"']}


def _header(name: str, description: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _rate_headers() -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in _RATE_HEADERS}


def _success(one: ApiOperation) -> dict[str, Any]:
    headers = _rate_headers()
    if one.has_tag:
        said = "The version and a hash of what is shown." if one.document is None else "A hash of the document."
        headers["ETag"] = {"description": said, "schema": _TAG}
    if one.body is DraftFeature:
        said = "The last day on which these works should have been announced, if it has passed. They are published all the same."
        headers[NOTICE_MISSED] = {"description": said, "required": False, "schema": {"type": "string", "format": "date"}}
    if one.status == 201:
        headers["Location"] = {"description": "The address of the situation.", "schema": {"type": "string", "format": "uri"}}
    schema = dict(one.document.schema) if one.document is not None else {"type": "string"} if one.answer is None else schema_ref(one.answer)
    return {"description": one.summary + ".", "headers": headers, "content": {one.kind: {"schema": schema}}}


def _not_modified() -> dict[str, Any]:
    return {"description": "You have it as it is.", "headers": _rate_headers()}


def _problem(status: int) -> dict[str, Any]:
    headers = {} if status in (500, 503) else _rate_headers()
    if status in (429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    return {"description": TITLES[status].en + ".", "headers": headers, "content": {PROBLEM_JSON: {"schema": schema_ref(ProblemDetails)}}}
