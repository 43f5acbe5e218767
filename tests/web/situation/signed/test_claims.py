"""For whom and when a token counts: at its edges, to the millisecond."""

from typing import Any

import pytest

from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.signed.claims import LIFE_MOST_S, SKEW_MS, check_claims, check_is_new, ends_ms
from gateway.web.situation.signed.compact import TokenClaims
from tests.web.situation.signed.tokens import AUDIENCE

IAT = 1_800_000_000
AT_MS = IAT * 1000


def check(now_ms: int = AT_MS, **said: Any) -> None:
    given: dict[str, Any] = {"aud": AUDIENCE, "iat": IAT, "exp": IAT + 60, "jti": "1", **said}
    check_claims(TokenClaims(**given), AUDIENCE, "cap", now_ms)


@pytest.mark.parametrize("aud", [AUDIENCE, AUDIENCE + "/", ["https://other.example", AUDIENCE]])
def test_a_token_is_for_this_server(aud: str | list[str]) -> None:
    check(aud=aud)


@pytest.mark.parametrize("aud", ["", "https://other.example", AUDIENCE + ".evil", AUDIENCE + "/v1", [], ["x"]])
def test_a_token_for_another_server_is_refused(aud: str | list[str]) -> None:
    with pytest.raises(ApiProblem, match="'aud' is not https://situations"):
        check(aud=aud)


def test_who_issues_it_is_the_owner_of_the_key_if_it_says_so() -> None:
    check(iss="cap", sub="anything")
    with pytest.raises(ApiProblem, match="'iss' is not cap"):
        check(iss="comune")


def test_a_token_counts_from_iat_and_nbf_to_exp_with_some_skew_of_clocks() -> None:
    check(AT_MS - SKEW_MS)
    with pytest.raises(ApiProblem, match="not valid yet: 'iat' or 'nbf' is 10 s ahead"):
        check(AT_MS - SKEW_MS - 1)
    check(AT_MS + 20_000, nbf=IAT + 30)
    with pytest.raises(ApiProblem, match="not valid yet"):
        check(AT_MS + 19_999, nbf=IAT + 30)
    check(AT_MS + 60_000 + SKEW_MS - 1)
    with pytest.raises(ApiProblem, match="expired 10 s ago"):
        check(AT_MS + 60_000 + SKEW_MS)


def test_a_token_lives_an_hour_at_most_and_ends_after_it_begins() -> None:
    check(exp=IAT + LIFE_MOST_S)
    for exp in (IAT + LIFE_MOST_S + 1, IAT, IAT - 1):
        with pytest.raises(ApiProblem, match="'exp' must be after 'iat', by at most 3600 seconds"):
            check(exp=exp)


def test_a_token_that_could_have_been_used_before_the_start_waits_for_a_new_one() -> None:
    claims = TokenClaims(aud=AUDIENCE, iat=IAT, exp=IAT + 60, jti="1")
    check_is_new(claims, AT_MS - SKEW_MS, AT_MS)
    with pytest.raises(ApiProblem, match="make a new one") as refused:
        check_is_new(claims, AT_MS - SKEW_MS + 1, AT_MS - 4000)
    assert (refused.value.status_code, refused.value.headers) == (503, {"retry-after": "5"})


def test_a_number_is_needed_until_the_last_clock_says_that_the_token_ended() -> None:
    assert ends_ms(TokenClaims(aud="", iat=IAT, exp=IAT + 60, jti="1")) == AT_MS + 60_000 + SKEW_MS
