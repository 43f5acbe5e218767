"""What the days before say about the next."""

from gateway.analytics.baseline import LitQuarter
from gateway.analytics.day import PastDay
from gateway.analytics.findings import PanelFinding
from gateway.analytics.history import context_of
from gateway.analytics.lasting import StateRun
from gateway.analytics.results import FindingKind
from tests.analytics.panels import PANEL
from tests.analytics.test_baseline import nights

BEGIN_MS = 10 * 86_400_000


def finding(from_ms: int, to_ms: int, *, active: bool, kind: FindingKind = FindingKind.OUTAGE) -> PanelFinding:
    return PanelFinding(kind, StateRun(from_ms, to_ms, active), 1.0)


def test_the_context_has_the_baseline_the_past_days_and_the_share_of_the_last_lamps() -> None:
    lit = [*nights([4010.0] * 5), LitQuarter(BEGIN_MS - 1, 100, 3610.0, 230.0, 4.0), LitQuarter(BEGIN_MS + 1, 100, 9.0, 230.0, 39.0)]
    past = [PastDay(1.0, 2, 3)]
    found = context_of(PANEL, BEGIN_MS, lit, past, [])
    assert found.baseline.power_w(100) == 4010
    assert found.baseline.last_share == 1.0
    assert found.past == past
    assert found.carried == {}
    assert context_of(PANEL, BEGIN_MS, [], [], []).baseline.last_share is None


def test_findings_that_are_active_or_ended_later_are_carried() -> None:
    goes_on = finding(BEGIN_MS - 9, BEGIN_MS - 5, active=True)
    ended_later = finding(BEGIN_MS - 7, BEGIN_MS + 7, active=False, kind=FindingKind.LAMPS_OUT)
    others = [
        finding(BEGIN_MS - 9, BEGIN_MS - 5, active=False, kind=FindingKind.PHASE_LOSS),
        finding(BEGIN_MS, BEGIN_MS + 5, active=True, kind=FindingKind.DAY_BURNER),
    ]
    found = context_of(PANEL, BEGIN_MS, [], [], [ended_later, goes_on, *others]).carried
    assert found == {
        FindingKind.OUTAGE: goes_on,
        FindingKind.LAMPS_OUT: ended_later._replace(run=StateRun(BEGIN_MS - 7, BEGIN_MS, active=True)),
    }
