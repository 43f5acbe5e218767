"""The ladder of a recovery: each step after its patience, and never too many reboots."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.site.uplink import RecoverySettings
from gateway.uplink.recovery_ladder import RecoveryLadder

ALL = RecoverySettings(network=600.0, modem=1200.0, reboot=3600.0)


def climbed(settings: RecoverySettings, times: range, *, rebooted: bool = False) -> list[tuple[int, str]]:
    """Return which steps are due when, without any connection."""
    ladder = RecoveryLadder(rebooted=rebooted)
    found = ((now_s, ladder.due(settings, connected=False, now_s=now_s)) for now_s in times)
    return [(now_s, step) for now_s, step in found if step is not None]


def test_each_step_comes_after_its_patience_and_then_they_begin_anew() -> None:
    assert climbed(ALL, range(0, 5000, 5)) == [(600, "network"), (1200, "modem"), (3600, "reboot"), (4205, "network"), (4805, "modem")]


def test_only_what_the_site_says_is_done() -> None:
    assert climbed(RecoverySettings(), range(0, 10_000, 5)) == []
    assert climbed(RecoverySettings(modem=60.0), range(0, 130, 5)) == [(60, "modem"), (125, "modem")]
    assert climbed(RecoverySettings(network=100.0, modem=50.0), range(0, 105, 5)) == [(50, "modem"), (100, "network")]


def test_a_connection_begins_everything_anew() -> None:
    ladder = RecoveryLadder(rebooted=False)
    assert [ladder.due(ALL, connected=False, now_s=now_s) for now_s in (0.0, 599.0, 600.0)] == [None, None, "network"]
    assert ladder.due(ALL, connected=True, now_s=1199.0) is None
    assert [ladder.due(ALL, connected=False, now_s=now_s) for now_s in (1200.0, 1799.0, 1800.0)] == [None, None, "network"]


def test_after_its_own_reboot_the_machine_runs_for_the_time_of_the_site_before_the_next() -> None:
    after = climbed(ALL, range(0, 50_000, 5), rebooted=True)
    assert next(now_s for now_s, step in after if step == "reboot") >= ALL.reboot_again
    assert [step for _, step in after][:4] == ["network", "modem", "network", "modem"]


@given(
    st.builds(RecoverySettings, network=st.none() | st.floats(1, 5000), modem=st.none() | st.floats(1, 5000), reboot=st.floats(1, 5000),
              reboot_again=st.floats(100, 50_000)),
    st.lists(st.tuples(st.integers(1, 400), st.booleans()), max_size=200),
)  # fmt: skip
def test_between_two_reboots_of_its_own_the_machine_has_run_long_enough_whatever_happens(
    settings: RecoverySettings, times: list[tuple[int, bool]]
) -> None:
    ladder, now_s, boots = RecoveryLadder(rebooted=False), 0.0, 0
    for waits_s, connected in times * 5:
        now_s += waits_s
        if ladder.due(settings, connected=connected, now_s=now_s) == "reboot":
            assert boots == 0 or now_s >= settings.reboot_again
            ladder, now_s, boots = RecoveryLadder(rebooted=True), 0.0, boots + 1
