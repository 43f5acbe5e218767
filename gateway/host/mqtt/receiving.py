"""A paho client that spends less time on each message that it receives.

For each message paho makes tables of all properties of MQTT 5, a condition variable, and the text of a log line: 40 µs of about 60. Nothing
here uses them, and a centre receives thousands a second. Whatever is not plain is left to paho.
"""

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion

_QOS_2 = 0x04
"""Bits 1 and 2 of a PUBLISH packet's first byte are its QoS (MQTT 5, section 3.3.1)."""


class _Received(paho.MQTTMessage):
    """A message without what only messages to send need."""

    def __init__(self, topic: bytes, mid: int, payload: bytes, *, retain: bool) -> None:
        self._topic, self.mid, self.payload, self.retain = topic, mid, payload, retain


class ReceivingClient(paho.Client):
    """paho's client; `on_message` gets only a message's topic, number, payload, and whether it is retained."""

    def _handle_publish(self) -> MQTTErrorCode:
        first, packet = self._in_packet["command"], self._in_packet["packet"]
        found = None if first & _QOS_2 else _parsed(first, packet, with_properties=self._protocol == MQTTProtocolVersion.MQTTv5)
        if found is None or self.on_message is None:
            return super()._handle_publish()
        self.on_message(self, self._userdata, found)
        return self._send_puback(found.mid) if found.mid and not self._manual_ack else MQTTErrorCode.MQTT_ERR_SUCCESS


def _parsed(first: int, packet: bytes | bytearray, *, with_properties: bool) -> _Received | None:
    """Return the message of a PUBLISH packet of QoS 0 or 1, or None if it is cut short."""
    at = 2 + int.from_bytes(packet[:2], "big")
    topic, mid = bytes(packet[2:at]), 0
    if first & 0x06:
        mid, at = int.from_bytes(packet[at : at + 2], "big"), at + 2
    if with_properties:
        size, shift = 0, 0
        for byte in packet[at : at + 4]:
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        at += size
    return _Received(topic, mid, bytes(packet[at:]), retain=bool(first & 0x01)) if at <= len(packet) and topic else None
