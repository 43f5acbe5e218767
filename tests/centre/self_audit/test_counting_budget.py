"""Counting takes a bounded share of the time."""

from gateway.centre.self_audit.counting_budget import CountingBudget
from gateway.model.topics import GatewayId

GATEWAYS = [GatewayId("prato", "citelum", f"gw-{number}") for number in range(64)]


def counted(budget: CountingBudget, part: int, now_s: float, cost_s: float = 0.0) -> set[GatewayId]:
    found = set()
    for one in GATEWAYS:
        if budget.allows(one, part, now_s):
            budget.spend(cost_s)
            found.add(one)
    return found


def test_everything_is_counted_while_that_is_cheap() -> None:
    budget = CountingBudget(share=0.01)
    assert all(len(counted(budget, 0, second, 1e-6)) == 64 for second in range(1, 100))


def test_when_time_runs_short_gateways_take_turns_and_each_gets_its_turn() -> None:
    budget = CountingBudget(share=0.01)
    spent = 0
    for second in range(1, 200):
        spent += len(counted(budget, 0, second, 0.005))
    assert spent * 0.005 <= 0.01 * 200 + 0.1
    assert budget.groups > 1
    at_s, groups = 1000.0, budget.groups
    budget._changed_s = at_s + 1_000_000  # as many groups as there are now
    turns = [counted(budget, part, at_s + part) for part in range(groups)]
    assert set().union(*turns) == set(GATEWAYS)
    assert sum(map(len, turns)) == len(GATEWAYS)


def test_all_are_counted_again_when_there_is_time() -> None:
    budget = CountingBudget(share=0.01)
    for second in range(1, 20):
        counted(budget, 0, second, 0.01)
    for minute in range(1, 30):
        counted(budget, 0, 61.0 * minute)
    assert budget.groups == 1
