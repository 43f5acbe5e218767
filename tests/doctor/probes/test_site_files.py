"""Facts from the files that a site names."""

from pathlib import Path

from gateway.doctor.probes import site_files
from gateway.doctor.rules.journal import JournalFacts, NoJournal
from gateway.host import clock
from gateway.journal.entries import Gap
from tests.host.checks.test_site import site_of
from tests.journal.journals import NOW_MS, Now, append, opened
from tests.system.certificates import certificates

LINES = [{"id": "l", "tcp": "127.0.0.1:502", "devices": [{"id": "d", "profile": "p"}]}]


def test_findings_about_tls_are_told_apart_from_others(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    uplink = {"broker": "mqtts://b:1", "tls": {"ca": nowhere}, "login": {"user": "u", "password_file": nowhere}}
    tls, others = site_files.findings(site_of({"uplink": uplink}), 0)
    assert ([one.key for one in tls], [one.key for one in others]) == (["uplink.tls.ca"], ["uplink.login.password_file"])


def test_the_days_of_the_own_certificate_are_counted(tmp_path: Path) -> None:
    certificates(tmp_path)
    tls = {"ca": str(tmp_path / "ca.pem"), "cert": str(tmp_path / "client.pem"), "key": str(tmp_path / "client.key")}
    found = site_files.certificate(site_of({"uplink": {"broker": "mqtts://b:1", "tls": tls}}), [], clock.now_ms())
    assert found.days_left is not None
    assert 1.9 < found.days_left <= 2
    (tmp_path / "client.pem").write_text("no certificate")
    assert site_files.certificate(site_of({"uplink": {"broker": "mqtts://b:1", "tls": tls}}), [], 0).days_left is None
    assert site_files.certificate(site_of({}), [], 0).days_left is None


def test_the_state_folder_is_that_of_the_journal(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(0o755)
    site = site_of({"journal": {"path": f"{tmp_path}/state/journal.sqlite"}})
    assert site_files.state_folder(site, "street-gateway") == (f"{tmp_path}/state", True, 0o755, "root", "street-gateway")
    missing = site_of({"journal": {"path": f"{tmp_path}/none/journal.sqlite"}})
    assert not site_files.state_folder(missing, "street-gateway").exists


def test_a_journal_in_use_is_looked_into(tmp_path: Path) -> None:
    site = site_of({"journal": {"path": f"{tmp_path}/journal.sqlite"}, "lines": LINES})
    assert site_files.journal(site, NOW_MS) == NoJournal("there is no journal yet", expected=False)
    made = opened(tmp_path, Now())
    append(made)
    made.gaps.record(Gap(NOW_MS, None, None, None, None, None, 17, "the journal was full"))
    made.gaps.record(Gap(NOW_MS - 2 * 86_400_000, None, None, None, None, None, 1, "long ago"))
    assert site_files.journal(site, NOW_MS) == JournalFacts(NOW_MS, None, NOW_MS, 1, NOW_MS, 1, "the journal was full")


def test_a_damaged_journal_is_an_answer_and_a_file_that_is_none_is_not_known(tmp_path: Path) -> None:
    site = site_of({"journal": {"path": f"{tmp_path}/journal.sqlite"}, "lines": LINES})
    (tmp_path / "journal.sqlite").write_bytes(b"noise" * 1000)
    found = site_files.journal(site, NOW_MS)
    assert isinstance(found, JournalFacts)
    assert found.flaw == "file is not a database"
    (tmp_path / "journal.sqlite").write_bytes(b"")
    assert isinstance(site_files.journal(site, NOW_MS), NoJournal)
    assert site_files.journal(site_of({}), NOW_MS) == NoJournal("the site file describes no gateway", expected=False)
