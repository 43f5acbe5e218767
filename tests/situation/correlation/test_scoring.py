"""The cause of outages is found in a simulated town, better than by looking for the nearest works."""

from tests.situation.correlation.scoring import CauseScore, score


def test_precision_and_recall_reach_95_percent_and_faults_are_not_split() -> None:
    found = score(1500, seed=1)
    assert found.rules.true > 1000
    assert min(found.rules.precision, found.rules.recall) >= 0.95, found
    assert found.nearest.precision < 0.8, "the town is not too easy"
    assert found.split == 0
    assert found.events < 0.65 * found.panels


def test_a_score_counts_what_is_named_and_right() -> None:
    assert (CauseScore(4, 3, 6).precision, CauseScore(4, 3, 6).recall) == (0.75, 0.5)
    assert (CauseScore().precision, CauseScore().recall) == (1.0, 1.0)
