"""Some thousand corrupt batches in every run of the tests; `python -m tests.centre.fuzz` runs a million."""

from tests.centre.fuzz import run


def test_no_corrupt_batch_breaks_the_centre() -> None:
    outcomes = run(5_000, seed=7)
    assert min(outcomes[kind] for kind in ("unreadable", "unknown schema", "invalid schema", "partly", "good")) > 50, outcomes
