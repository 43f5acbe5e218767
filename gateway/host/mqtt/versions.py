"""The fallback from MQTT 5 to 3.1.1 for old brokers. Pure: it counts, the client connects."""

from paho.mqtt.enums import MQTTProtocolVersion

UNSUPPORTED_VERSION = 0x84
"""The reason code of a broker that does not know the protocol version."""

_CUT_OFF_BEFORE_SWITCH = 2
"""One connection that ends before its CONNACK may be an accident."""

_UNANSWERED_S = 3.0
"""A broker that accepts the connection and does not answer for this long may not know the protocol (amqtt with properties)."""

_UNANSWERED_BY_NODE_S = 12.0
"""A node of a cluster first ends the client's session on another node, which may take as long as it waits for one that died."""


class VersionFallback:
    """Which protocol version to connect with: 5 first, then 5 and 3.1.1 in turn until a broker accepts one.

    A cluster speaks 5. That one of its nodes does not answer says nothing about the version, so `only_5` never changes it.
    """

    def __init__(self, *, only_5: bool = False) -> None:
        self._only_5 = only_5
        self.current = MQTTProtocolVersion.MQTTv5
        self._cut_off = 0

    @property
    def is_5(self) -> bool:
        """Whether the current version is MQTT 5."""
        return self.current is MQTTProtocolVersion.MQTTv5

    @property
    def unanswered_s(self) -> float:
        """How long to wait for the answer to CONNECT before another attempt."""
        return _UNANSWERED_BY_NODE_S if self._only_5 else _UNANSWERED_S

    def accepted(self) -> None:
        """Record that the broker accepted the current version."""
        self._cut_off = 0

    def cut_off(self) -> bool:
        """Record a connection that ended before its CONNACK, and return whether to try the other version.

        Brokers from the time of 3.1.1 close a connection with MQTT 5 without an answer.
        """
        self._cut_off += 1
        return self._cut_off >= _CUT_OFF_BEFORE_SWITCH

    def switch(self) -> None:
        """Change to the other version, if both may be used."""
        self._cut_off = 0
        self.current = MQTTProtocolVersion.MQTTv311 if self.is_5 and not self._only_5 else MQTTProtocolVersion.MQTTv5
