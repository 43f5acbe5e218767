"""Bodies, ETags, conditions and numbers of requests."""

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.requests import Request

from gateway.situation.audience import feature_of
from gateway.situation.event.reading import read_feature
from gateway.web.situation.http_parts import GEO_JSON, JSON, body_of, feature_response, read_as, request_number, wanted_versions
from gateway.web.situation.problem import ApiProblem
from tests.situation.examples import published, works


def request(headers: Mapping[str, str] | list[tuple[str, str]], *chunks: bytes, method: str = "GET") -> Request:
    pairs = headers if isinstance(headers, list) else list(headers.items())
    waiting = [*chunks, b""]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    raw = [(name.lower().encode(), value.encode()) for name, value in pairs]
    return Request({"type": "http", "method": method, "headers": raw, "path": "/"}, receive)


async def status_of(given: Request, *kinds: str, most: int = 100) -> int:
    with pytest.raises(ApiProblem) as refused:
        await body_of(given, *kinds, most=most)
    return refused.value.status_code


async def test_a_body_is_read_within_its_limit_whatever_its_chunks() -> None:
    assert await body_of(request({"content-type": "application/json; charset=utf-8"}, b"{", b"}"), JSON) == b"{}"
    assert await body_of(request({}), JSON) == b""
    assert await status_of(request({"content-type": JSON}, *[b"x" * 10] * 11), JSON) == 413
    assert await status_of(request({"content-type": "text/plain"}, b"{}"), GEO_JSON, JSON) == 415
    assert await status_of(request({}, b"{}"), JSON) == 415


def test_a_document_that_can_t_be_accepted_is_answered_with_every_reason_in_both_languages() -> None:
    with pytest.raises(ApiProblem) as refused:
        read_as(
            read_feature,
            b'{"type": "Feature", "geometry": null, "properties": {"kind": "safety", "headline": {"it": "x"}, "timing": {"planned_start": "2026-12-01"}}}',
        )
    assert refused.value.status_code == 422
    assert [one.it for one in refused.value.errors] == [
        "l'evento non ha un luogo: né una geometria, né una via, né una descrizione del luogo", "un evento di tipo 'safety' deve avere 'cap'",
    ]  # fmt: skip


@pytest.mark.parametrize("given", ["7", "a.b_c:d-e", "x" * 64])
def test_the_number_of_a_request_is_that_of_its_header(given: str) -> None:
    assert request_number(request({"idempotency-key": given})) == given
    assert request_number(request({})) is None


@pytest.mark.parametrize("given", [[""], ["x" * 65], ["a b"], ["-a"], ["a", "b"], ['"a"']])
def test_a_number_that_is_not_valid_is_refused(given: list[str]) -> None:
    with pytest.raises(ApiProblem) as refused:
        request_number(request([("idempotency-key", one) for one in given]))
    assert refused.value.status_code == 400


@pytest.mark.parametrize(
    ("given", "versions"),
    [('"3-0123456789abcdef"', {3}), ('"3-0123456789abcdef", "4-0123456789abcdef"', {3, 4}), ("*", None), ('W/"3-0123456789abcdef"', set()),
     ("3", set()), ('"x"', set()), ('"3-0123456789abcdef', set())],
)  # fmt: skip
def test_if_match_names_versions(given: str, versions: set[int] | None) -> None:
    assert wanted_versions(request({"if-match": given}), required=True) == versions


def test_if_match_may_be_required() -> None:
    assert wanted_versions(request({}), required=False) is None
    with pytest.raises(ApiProblem) as refused:
        wanted_versions(request({}), required=True)
    assert refused.value.status_code == 428


def test_who_has_a_situation_as_it_is_is_sent_nothing() -> None:
    seen = feature_of(published(works()))
    tag = feature_response(request({}), seen).headers["etag"]
    assert tag.startswith('"1-')
    assert feature_response(request({}), feature_of(published(works(severity="high")))).headers["etag"] != tag
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        response = feature_response(request({"if-none-match": given}), seen)
        assert (response.status_code, response.body, response.headers["etag"]) == (304, b"", tag)
    assert feature_response(request({"if-none-match": '"1-x"'}), seen).status_code == 200
    assert feature_response(request({"if-none-match": tag}, method="PUT"), seen).status_code == 200
    assert feature_response(request({"if-none-match": tag}), seen, 201).status_code == 201
