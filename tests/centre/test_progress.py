"""Progress of tasks."""

from gateway.centre.progress import Progress


def test_a_task_that_works_without_a_step_is_stuck_and_one_that_waits_is_not() -> None:
    now_s = [0.0]
    progress = Progress(10.0, lambda: now_s[0])
    for call, at_s, stuck in (
        (progress.wait, 0.0, False), (progress.still, 100.0, False), (progress.step, 200.0, False), (None, 209.0, False), (None, 211.0, True),
        (progress.still, 211.0, False), (None, 222.0, True), (progress.step, 222.0, False), (progress.wait, 223.0, False), (None, 500.0, False),
    ):  # fmt: skip
        now_s[0] = at_s
        if call is not None:
            call()
        assert progress.stuck is stuck, at_s
