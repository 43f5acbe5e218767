"""How many requests are allowed."""

import pytest

from gateway.web.situation import rates as module
from gateway.web.situation.rates import RequestRates


def test_so_many_are_allowed_at_once_and_then_as_many_in_a_minute() -> None:
    rates = RequestRates(3)
    assert [rates.take("a", 0).left for _ in range(3)] == [2, 1, 0]
    refused = rates.take("a", 0)
    assert (refused.allowed, refused.left, refused.reset_s) == (False, 0, 60)
    assert refused.headers() == {"x-ratelimit-limit": "3", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60", "retry-after": "20"}
    assert not rates.take("a", 19.9).allowed
    assert rates.take("a", 20.1).allowed
    assert rates.take("a", 1000).headers() == {"x-ratelimit-limit": "3", "x-ratelimit-remaining": "2", "x-ratelimit-reset": "20"}


def test_sources_do_not_take_from_each_other_and_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SOURCES_MOST", 2)
    rates = RequestRates(1)
    assert all(rates.take(source, 0).allowed for source in "abc")
    assert not rates.take("c", 0).allowed
    assert rates.take("a", 0).allowed, "the one that asked longest ago is forgotten"
    assert len(rates._buckets) == 2
