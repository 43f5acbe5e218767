"""The roll-out in the history of a town."""

from gateway.simulate.history.rollouts import rollout_rows
from gateway.simulate.history.town import Period, town

DAY_S = 86_400.0


def test_the_counts_of_a_roll_out_add_up_and_its_waves_follow_each_other() -> None:
    whole = Period(1_795_400_000.0, 1_795_400_000.0 + 10 * DAY_S)
    rows = list(rollout_rows(town(100), whole))
    counts = [row.values for row in rows if row.origin.stream.measurement == "rollout"]
    assert len(counts) == 4 * 288
    assert all(sum(values[6:]) == values[5] and min(values[6:]) >= 0 for values in counts)  # type: ignore[arg-type, operator, type-var]
    assert [values[3] for values in counts] == sorted(values[3] for values in counts)  # type: ignore[type-var]
    assert all(whole.from_s <= row.t_ms / 1000 < whole.to_s for row in rows)
    assert {row.origin.stream.measurement for row in rows} == {"rollout", "event"}
