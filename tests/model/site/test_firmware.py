"""Where firmware comes from, and how much of a line an update may use."""

from gateway.model.site.firmware import FirmwareSettings, RepositorySettings
from tests.model.site.parts import problems_of, read


def test_by_default_there_is_no_repository_and_unsigned_files_are_refused() -> None:
    settings = read("{}", FirmwareSettings)
    assert isinstance(settings, FirmwareSettings)
    assert (settings.repository, settings.unsigned, settings.share) == (None, False, 20)


def test_a_repository_without_a_root_to_trust_is_an_error() -> None:
    assert "root" in problems_of("{source: mqtt}", RepositorySettings)


def test_an_update_never_gets_more_than_half_of_a_line() -> None:
    assert problems_of("{share: 51}", FirmwareSettings)
