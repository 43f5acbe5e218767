"""Every operation with random requests, valid and not: no answer that the OpenAPI document does not promise, and none of 5xx."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gateway.web.situation.openapi.document import openapi
from gateway.web.situation.openapi.operations import EVENT_STREAM, OPERATIONS, ApiOperation
from tests.situation.examples import accident, works
from tests.web.situation.schema_values import SchemaValues
from tests.web.situation.served import Answer, ServedRoom

DOCUMENT = openapi()
_HEADER = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=30)
_NAMES = st.sampled_from(["publiacqua-scavo-1", "citelum-incidente-1", "scavo-9"]) | st.text(
    st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=20
)
_RUN = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])  # fmt: skip


@pytest.fixture(scope="module")
def street(room: ServedRoom) -> ServedRoom:
    assert room.publish("publiacqua", works(), "publiacqua-scavo-1").status == 201
    assert room.publish("citelum", accident(), "citelum-incidente-1").status == 201
    return room


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.kind != EVENT_STREAM], ids=lambda one: one.id)
@pytest.mark.parametrize("share", [0, 4])
@_RUN
@given(data=st.data())
def test_what_is_answered_is_what_the_document_says(street: ServedRoom, operation: ApiOperation, share: int, data: st.DataObject) -> None:
    values = SchemaValues(DOCUMENT, share)
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]
    path, headers, query = operation.path, dict[str, str](), list[tuple[str, Any]]()
    for one in described.get("parameters", ()):
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", urlencode({"": data.draw(_NAMES)})[1:])
        elif one["required"] or data.draw(st.booleans()):
            value = data.draw(values.of(one["schema"]))
            if one["in"] == "query":
                query += [(one["name"], item) for item in (value if isinstance(value, list) else [value])]
            else:
                headers[one["name"]] = header_of(value) if share == 0 else data.draw(_HEADER | st.just(header_of(value)))
    body = None
    if operation.body is not None:
        body = data.draw(values.of({"$ref": f"#/components/schemas/{operation.body.__name__}"}))
        body = json.dumps(body).encode() if share == 0 or data.draw(st.integers(0, 9)) else data.draw(st.binary(max_size=50))
        headers["content-type"] = data.draw(st.sampled_from([*operation.body_kinds, "text/plain"] if share else [*operation.body_kinds]))
    organisation = data.draw(st.sampled_from(["publiacqua", "comune"] if share == 0 else ["publiacqua", "citelum", None]))
    answer = street.ask(organisation, operation.method, path + (f"?{urlencode(query)}" if query else ""), body, headers)
    check(operation, answer)


def header_of(value: Any) -> str:
    return str(value).encode("latin-1", "replace").decode("latin-1").replace("\n", " ").replace("\r", " ").strip()


def check(operation: ApiOperation, answer: Answer) -> None:
    """Check a response against the document."""
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"]
    assert str(answer.status) in described, f"{operation.id} does not say that it answers {answer}"
    assert answer.status < 500, answer
    expected = described[str(answer.status)]
    if "$ref" in expected:
        expected = DOCUMENT["components"]["responses"][expected["$ref"].rpartition("/")[2]]
    for name, header in expected.get("headers", {}).items():
        assert name.lower() in answer.headers or not header.get("required", True), f"{operation.id}: {name} is missing in {answer}"
    if "content" not in expected:
        assert answer.body == b""
        return
    schema = expected["content"][answer.headers["content-type"]]["schema"]
    content = answer.json if "json" in answer.headers["content-type"] else answer.body.decode("latin-1")
    errors = [error.message for error in Draft202012Validator({**schema, "components": DOCUMENT["components"]}).iter_errors(content)]
    assert errors == [], f"{operation.id} answers {answer}"
