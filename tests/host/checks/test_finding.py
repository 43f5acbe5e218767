"""What a check found."""

from gateway.host.checks.finding import Finding


def test_a_finding_is_an_error_unless_it_says_otherwise() -> None:
    assert Finding("uplink.tls.ca", "ca.pem expired", "replace it").is_error
