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


def test_mqtt_3_is_used_only_if_5_fails_once_more_after_3_was_accepted() -> None:
    version = VersionFallback()
    version.switch()
    assert not version.accepted()
    version.switch()
    assert version.is_5
    assert version.cut_off(), "once is enough now"
    version.switch()
    assert not version.is_5
    assert version.accepted()
    assert [version.cut_off(), version.cut_off()] == [False, True]
    version.switch()
    assert version.is_5
    version.switch()
    assert not version.accepted(), "the broker may be another by now"


def test_a_broker_that_refuses_5_gets_3_at_once() -> None:
    version = VersionFallback()
    version.switch(refused=True)
    assert not version.is_5
    assert version.accepted()
    version.switch(refused=True)
    assert version.is_5


def test_with_a_broker_that_has_accepted_5_the_version_never_changes() -> None:
    version = VersionFallback()
    version.switch()
    assert not version.accepted()
    version.switch()
    assert version.accepted()
    for refused in (False, True, False):
        version.switch(refused=refused)
        assert version.is_5
