"""What a check found."""

from gateway.host.checks.finding import Finding, Sentence


def test_a_finding_is_an_error_unless_it_says_otherwise() -> None:
    assert Finding("uplink.tls.ca", Sentence("ca.pem expired", "ca.pem è scaduto"), Sentence("replace it", "sostituiscilo")).is_error
