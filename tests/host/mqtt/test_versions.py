"""The fallback between MQTT 5 and 3.1.1."""

from paho.mqtt.enums import MQTTProtocolVersion

from gateway.host.mqtt.versions import VersionFallback


def test_it_begins_with_mqtt_5_and_alternates() -> None:
    version = VersionFallback()
    assert version.is_5
    version.switch()
    assert (version.is_5, version.current) == (False, MQTTProtocolVersion.MQTTv311)
    version.switch()
    assert version.is_5


def test_the_version_of_a_cluster_never_changes() -> None:
    version = VersionFallback(only_5=True)
    version.switch()
    assert version.is_5
    assert version.unanswered_s > VersionFallback().unanswered_s


def test_the_second_connection_in_a_row_that_is_cut_off_asks_for_the_other_version() -> None:
    version = VersionFallback()
    assert not version.cut_off()
    assert version.cut_off()


def test_an_accepted_connection_forgets_earlier_cut_offs() -> None:
    version = VersionFallback()
    assert not version.cut_off()
    version.accepted()
    assert not version.cut_off()


def test_a_switch_gives_the_other_version_two_attempts_of_its_own() -> None:
    version = VersionFallback()
    version.cut_off()
    version.switch()
    assert not version.cut_off()
