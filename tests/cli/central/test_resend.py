"""`gateway central resend`."""

from pathlib import Path

from gateway.centre.self_audit.owed import OwedReadings
from gateway.host import clock
from gateway.model.topics import GatewayId
from tests.backup.centres import OldCentre
from tests.trust.broker import gateway

ME = GatewayId("prato", "citelum", "gw-1")


def test_every_gateway_will_be_asked_for_the_period(tmp_path: Path) -> None:
    old = OldCentre(tmp_path / "old")
    done = gateway("central", "resend", old.site, "--since", "2026-11-26T18:00", "--until", "2026-11-26T21:00")
    assert done.exit_code == 0, done.output
    assert done.output == "every gateway will be asked for its readings from 2026-11-26T18:00:00Z to 2026-11-26T21:00:00Z again\n"
    owed = OwedReadings(Path(old.databases[0]))
    ((sender, span),) = owed.due([ME], clock.now_ms())
    owed.close()
    assert (sender, span.to_ms - span.from_ms) == (ME, 3 * 3_600_000)


def test_an_empty_period_and_a_centre_that_never_ran_are_errors(tmp_path: Path) -> None:
    old = OldCentre(tmp_path / "old")
    done = gateway("central", "resend", old.site, "--since", "1h", "--until", "2h")
    assert (done.exit_code, done.output) == (1, "gateway: the period is empty: --until must be later than --since\n")
    Path(old.databases[0]).unlink()
    done = gateway("central", "resend", old.site, "--since", "1h")
    assert (done.exit_code, "start the centre once" in done.output) == (1, True)
