"""Errors as problem+json."""

import json

import pytest

from gateway.situation.bilingual import Bilingual
from gateway.web.situation.problem import TITLES, ApiProblem, preferred, problem_response, unavailable


def test_an_error_is_in_the_language_of_the_client_with_every_reason() -> None:
    error = ApiProblem(422, "no", "non va", errors=[Bilingual("one", "uno"), Bilingual("two", "due")], headers={"x-more": "1"})
    response = problem_response(error, "it-IT,it;q=0.9", "urn:uuid:1")
    assert json.loads(bytes(response.body)) == {
        "title": "Contenuto non accettabile", "status": 422, "detail": "non va", "instance": "urn:uuid:1", "errors": ["uno", "due"],
    }  # fmt: skip
    assert (response.status_code, response.media_type) == (422, "application/problem+json")
    assert {name: response.headers[name] for name in ("content-language", "vary", "cache-control", "x-more")} == {
        "content-language": "it", "vary": "Accept-Language", "cache-control": "no-store", "x-more": "1",
    }  # fmt: skip
    assert json.loads(bytes(problem_response(error, "", "urn:uuid:1").body))["errors"] == ["one", "two"]


@pytest.mark.parametrize(
    ("said", "language"),
    [("", "en"), ("*", "en"), ("it", "it"), ("de,it;q=0.5,en;q=0.4", "it"), ("en;q=0.4, it;q=0.40001", "it"), ("it;q=0", "en"),
     ("it;q=x,en;q=0.1", "en"), ("IT-ch", "it"), ("fr", "en"), ("it;q=9", "it"), (",;;=,", "en"), ("en," * 20 + "it;q=1", "en")],
)  # fmt: skip
def test_the_language_is_the_one_that_the_client_prefers(said: str, language: str) -> None:
    assert preferred(said) == language


def test_who_must_wait_is_told_how_long() -> None:
    assert unavailable("no", "no", 1.2).headers == {"retry-after": "2"}


def test_every_title_is_in_both_languages() -> None:
    assert all(one.en and one.it and one.en != one.it for one in TITLES.values())
