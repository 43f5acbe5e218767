"""What guards a page's API: checks of secrets, tokens, and streams that end with their sessions."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from gateway.web import guarding
from gateway.web.guarding import SecretChecks, TooManyAttempts, check_token, until_it_ends
from gateway.web.json_api import ApiError


async def _anna() -> str | None:
    return "anna"


async def _nobody() -> str | None:
    return None


def request(method: str, *tokens: str) -> Request:
    return Request({"type": "http", "method": method, "headers": [(b"x-csrf-token", token.encode()) for token in tokens]})


async def test_the_owner_of_a_secret_is_returned_and_those_who_guess_must_wait() -> None:
    checks = SecretChecks(lambda: 1000.0)
    assert await checks.owner_of(_anna, "10.0.0.1") == "anna"
    assert [await checks.owner_of(_nobody, "10.0.0.1") for _ in range(3)] == [None, None, None]
    with pytest.raises(TooManyAttempts) as found:
        await checks.owner_of(_anna, "10.0.0.1")
    assert (found.value.status_code, found.value.headers, found.value.more()["wait_s"]) == (429, {"retry-after": "2"}, 2)
    assert await checks.owner_of(_anna, "10.0.0.2") == "anna", "another source does not wait"


async def test_only_four_secrets_are_checked_at_a_time_and_a_failed_check_makes_room() -> None:
    checks, go = SecretChecks(lambda: 1000.0), asyncio.Event()

    async def fails() -> str | None:
        await go.wait()
        raise ValueError("damaged")

    tries = [asyncio.create_task(checks.owner_of(fails, f"10.0.0.{number}")) for number in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyAttempts):
        await checks.owner_of(_anna, "10.0.0.9")
    go.set()
    assert {str(one) for one in await asyncio.gather(*tries, return_exceptions=True)} == {"damaged"}
    assert await checks.owner_of(_anna, "10.0.0.9") == "anna"


@pytest.mark.parametrize("tokens", [(), ("",), ("other",), ("è",)])
def test_what_changes_something_needs_the_token_of_the_page(tokens: tuple[str, ...]) -> None:
    check_token(request("GET", *tokens), "right")
    check_token(request("POST", "right"), "right")
    with pytest.raises(ApiError) as found:
        check_token(request("POST", *tokens), "right")
    assert found.value.status_code == 403


async def test_a_client_is_reported_as_gone_when_its_session_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "_REVIEW_S", 0.001)
    looks = iter([True, True, False])

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def body() -> Message:
        return {"type": "http.request", "body": b"x"}

    async with asyncio.timeout(30):
        assert await until_it_ends(lambda: next(looks), never)() == {"type": "http.disconnect"}
    assert await until_it_ends(lambda: False, body)() == {"type": "http.request", "body": b"x"}
