"""Who is notified of alarms by the centre."""

import pytest

from gateway.model.site.alarms import AlarmContactSettings, EscalationSettings, SmtpSettings, WorksSettings
from tests.model.site.parts import problems_of, read


def test_e_mails_are_encrypted_unless_the_site_file_says_otherwise() -> None:
    assert read('{server: "mail.example.org:587", sender: alarms@example.org}', SmtpSettings).encryption == "starttls"


def test_a_contact_reads_english_and_is_disturbed_at_every_hour_by_default() -> None:
    contact = read("{email: [night@example.org]}", AlarmContactSettings)
    assert (contact.language, contact.quiet) == ("en", None)


def test_an_escalation_without_contacts_is_an_error() -> None:
    assert "the list is empty" in problems_of("{contacts: []}", EscalationSettings)


@pytest.mark.parametrize("begins", ["2026-12-01", "2026-12-01T08:00Z"])
def test_works_begin_at_a_local_time(begins: str) -> None:
    text = f"{{name: dig, begins: {begins}, ends: 2026-12-01T18:00, assets: [qe-041]}}"
    assert f"'{begins}'" in problems_of(text, WorksSettings)
