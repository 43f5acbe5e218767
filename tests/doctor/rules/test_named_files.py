"""Certificates, other files, and the state folder."""

import pytest

from gateway.doctor.rules.named_files import CertificateFacts, StateFolderFacts, certificates, files, state_folder
from gateway.host.checks.finding import Finding, Sentence

BAD = Finding(
    "uplink.tls.key",
    Sentence("key.pem can be read by other users", "altri utenti possono leggere key.pem"),
    Sentence("run chmod 600 key.pem", "esegui chmod 600 key.pem"),
)
LATE = Finding(
    "uplink.tls.cert", Sentence("cert.pem expires soon", "cert.pem scade presto"), Sentence("renew it", "rinnovalo"), is_error=False
)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (CertificateFacts((), 62.0), "ok"),
        (CertificateFacts((), 6.0), "warning"),
        (CertificateFacts([LATE], 6.0), "warning"),
        (CertificateFacts([LATE, BAD], 6.0), "failed"),
        (CertificateFacts((), None), "not applicable"),
        (None, "not applicable"),
    ],
)
def test_certificates_have_to_be_usable_for_a_while(facts: CertificateFacts | None, state: str) -> None:
    assert certificates(facts).state == state


def test_the_gravest_finding_is_reported_with_its_key_and_the_number_of_others() -> None:
    found = files([LATE, BAD])
    assert (found.state, found.sentence.en) == ("failed", "uplink.tls.key: key.pem can be read by other users (+1)")
    assert found.sentence.it == "uplink.tls.key: altri utenti possono leggere key.pem (+1)"
    assert files([LATE]).state == "warning"
    assert files([]).state == "ok"
    assert files(None).state == "not applicable"


@pytest.mark.parametrize(
    ("exists", "mode", "owner", "state"),
    [(True, 0o750, "street-gateway", "ok"), (True, 0o755, "street-gateway", "warning"), (True, 0o750, "root", "failed"), (False, 0, "", "unknown")],
)  # fmt: skip
def test_the_state_folder_belongs_to_the_service_alone(exists: bool, mode: int, owner: str, state: str) -> None:
    assert state_folder(StateFolderFacts("/var/lib/street-gateway", exists, mode, owner, "street-gateway")).state == state
    assert state_folder(None).state == "not applicable"
