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

    A broker that starts, or a proxy before it, may end connections without an answer too. So 3.1.1 is used only with a broker that refuses
    version 5, or that fails with it once more after it has accepted 3.1.1. With one that has accepted 5, the version never changes.

    A cluster speaks 5. That one of its nodes does not answer says nothing about the version, so `only_5` never changes it.
    """

    def __init__(self, *, only_5: bool = False) -> None:
        self._is_cluster = self._only_5 = only_5
        self.current = MQTTProtocolVersion.MQTTv5
        self._cut_off = 0
        self._accepts_3 = self._knows_no_5 = False

    @property
    def is_5(self) -> bool:
        """Whether the current version is MQTT 5."""
        return self.current is MQTTProtocolVersion.MQTTv5

    @property
    def unanswered_s(self) -> float:
        """How long to wait for the answer to CONNECT before another attempt."""
        return _UNANSWERED_BY_NODE_S if self._is_cluster else _UNANSWERED_S

    def accepted(self) -> bool:
        """Record that the broker accepted the current version, and return whether to use it, or else to try 5 once more."""
        self._cut_off = 0
        if self.is_5:
            self._only_5 = True
        else:
            self._accepts_3 = not self._knows_no_5
        return self.is_5 or self._knows_no_5

    def cut_off(self) -> bool:
        """Record a connection that ended before its CONNACK, and return whether to try the other version.

        Brokers from the time of 3.1.1 close a connection with MQTT 5 without an answer.
        """
        self._cut_off += 1
        return self._cut_off >= _CUT_OFF_BEFORE_SWITCH or (self.is_5 and self._accepts_3)

    def switch(self, *, refused: bool = False) -> None:
        """Change to the other version, if both may be used; `refused` says that the broker does not know the current one."""
        self._cut_off = 0
        if not self.is_5:
            self.current, self._knows_no_5, self._accepts_3 = MQTTProtocolVersion.MQTTv5, False, self._accepts_3 and not refused
        elif not self._only_5:
            self.current, self._knows_no_5, self._accepts_3 = MQTTProtocolVersion.MQTTv311, refused or self._accepts_3, False
