"""The uplink of a gateway, and its journal."""

from gateway.model.site.uplink import JournalSettings, RecoverySettings, UplinkSettings
from tests.model.site.parts import problems_of, read


def test_batches_are_kept_until_the_centre_has_stored_them() -> None:
    assert read('{broker: "mqtts://broker.example"}', UplinkSettings).confirm == "stored"


def test_a_gateway_does_nothing_to_its_machine_unless_the_site_file_says_so() -> None:
    assert read('{broker: "mqtts://broker.example"}', UplinkSettings).recovery is None
    assert (RecoverySettings().network, RecoverySettings().modem, RecoverySettings().reboot) == (None, None, None)


def test_sizes_and_durations_are_written_with_their_units() -> None:
    journal = read("{max_size: 2 GiB, max_age: 7 d, keep_stored: 12 h}", JournalSettings)
    assert (journal.max_size, journal.max_age, journal.keep_stored) == (2 << 30, 7 * 86400.0, 12 * 3600.0)


def test_an_uplink_that_flushes_without_end_is_an_error() -> None:
    assert "'0s'" in problems_of('{broker: "mqtts://broker.example", flush: 0s}', UplinkSettings)
