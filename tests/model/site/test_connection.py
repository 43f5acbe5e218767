"""Files of TLS, and logins."""

from gateway.model.site.connection import LoginSettings, PageTlsSettings, TlsSettings
from tests.model.site.parts import problems_of, read


def test_a_client_needs_no_files_to_trust_the_authorities_of_its_system() -> None:
    assert read("{}", TlsSettings) == TlsSettings(ca=None, cert=None, key=None)


def test_a_server_needs_a_certificate_and_its_key() -> None:
    assert "'key' is missing" in problems_of("{cert: /etc/page.pem}", PageTlsSettings)


def test_a_password_is_in_a_file_and_not_in_the_site_file() -> None:
    problems = problems_of("{user: centre, password: secret}", LoginSettings)
    assert "unknown key 'password'; did you mean 'password_file'?" in problems
    assert "secret" not in problems
