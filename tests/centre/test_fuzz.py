"""Some thousand spoilt batches in every run of the tests; `python -m tests.centre.fuzz` puts a million in."""

from tests.centre.fuzz import run


def test_no_spoilt_batch_breaks_the_centre() -> None:
    told = run(20_000, seed=7)
    assert min(told[kind] for kind in ("unreadable", "unknown schema", "partly", "sound")) > 200, told
