"""The OpenAPI document: valid, complete, the committed one, and as AgID's rules want it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.web.situation.openapi.document import EXAMPLE_SERVER, openapi
from gateway.web.situation.openapi.operations import OPERATIONS

DOCUMENT = json.loads(json.dumps(openapi()))
COMMITTED = Path(__file__).parents[4] / "docs/contract/openapi.json"


def parts(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a document."""
    if isinstance(part, dict):
        yield part
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from parts(one)


def test_the_committed_document_is_the_present_one() -> None:
    assert json.loads(COMMITTED.read_text()) == DOCUMENT, "run 'make contract'"


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    used = {one["$ref"] for one in parts(DOCUMENT) if "$ref" in one}
    for reference in used:
        part: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
    named = {f"#/components/{kind}/{name}" for kind in ("schemas", "headers", "responses") for name in DOCUMENT["components"][kind]}
    assert named == used


def test_every_schema_is_one() -> None:
    for one in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(one)
    for one in parts(DOCUMENT["paths"]):
        if "schema" in one:
            Draft202012Validator.check_schema(one["schema"])


def test_what_agid_s_checker_calls_errors_is_not_there() -> None:
    # italia/api-oas-checker-rules, ruleset "Italian Guidelines Full": those that a document like this can break
    assert DOCUMENT["info"]["contact"]
    assert DOCUMENT["info"]["x-summary"]
    assert "/status" in DOCUMENT["paths"]
    for one in parts(DOCUMENT):
        if one.get("type") in ("number", "integer"):
            assert one["format"]
        if one.get("type") == "array":
            assert isinstance(one["items"], dict)
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            assert method != "get" or "requestBody" not in operation
            for status, response in operation["responses"].items():
                if status >= "4":
                    name = response["$ref"].rpartition("/")[2]
                    assert list(DOCUMENT["components"]["responses"][name]["content"]) == ["application/problem+json"], path
    limited = DOCUMENT["components"]["responses"]["Problem429"]["headers"]
    assert set(limited) == {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"}


@pytest.mark.parametrize(("server", "is_sandbox"), [(EXAMPLE_SERVER, False), ("http://127.0.0.1:8091", True)])
def test_a_server_without_tls_is_marked_as_one_for_trials(server: str, is_sandbox: bool) -> None:
    assert openapi(server)["servers"][0].get("x-sandbox", False) == is_sandbox


def test_operations_that_need_a_token_say_so_and_others_do_not() -> None:
    for one in OPERATIONS:
        described = DOCUMENT["paths"][one.path][one.method.lower()]
        assert ("401" in described["responses"]) == ("security" not in described) == (not one.is_open)
    assert not any(path.startswith("/public") for path in openapi(public=False)["paths"])
