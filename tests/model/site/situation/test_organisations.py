"""The organisations of the Situation Room."""

from gateway.model.site.situation.organisations import OrganisationSettings, SigningKeySettings
from tests.model.site.parts import problems_of, read


def test_an_organisation_may_publish_everything_and_answers_nothing_by_default() -> None:
    organisation = read("{}", OrganisationSettings)
    assert (organisation.kinds, organisation.authority, organisation.webhook) == ([], False, None)


def test_a_program_with_a_key_only_reads_by_default() -> None:
    assert read("{file: /etc/keys/one.pem}", SigningKeySettings).role == "reader"


def test_a_kind_of_event_that_does_not_exist_is_an_error() -> None:
    assert "did you mean 'roadworks'?" in problems_of("{kinds: [roadwork]}", OrganisationSettings)
