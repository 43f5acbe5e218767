"""A paho client that spends less time on each message that it receives.

For each message paho asks the system for single bytes, and makes tables of all properties of MQTT 5, a condition variable, and a line of
log: 50 µs of about 60. It sends each acknowledgement by itself. Nothing here needs that, and a centre receives thousands a second. Whatever
is not plain is left to paho.

Messages of QoS 0 are dropped unread: everything in the protocol is published with QoS 1, and who wants no acknowledgement can send more in
a second than anybody reads.
"""

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion

_SUCCESS, _MQTT_5 = MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTProtocolVersion.MQTTv5
"""To look up a member of an enumeration takes as long as ten other names (Python 3.11)."""

_BUFFER_BYTES = 1 << 16
_PUBLISH, _KIND, _QOS = 0x30, 0xF0, 0x06
"""Bits of a packet's first byte: its kind, and the QoS of a PUBLISH packet (MQTT 5, section 3.3.1)."""
_QOS_1 = 0x02
_PUBACK = b"\x40\x02"
"""The beginning of an acknowledgement without reason and properties: its kind and its size (MQTT 5, section 3.4)."""


class _Received(msgspec.Struct, gc=False):
    """What `on_message` gets of a message; paho's own has what only messages to send need."""

    topic: str
    mid: int
    payload: bytes
    retain: bool


class ReceivingClient(paho.Client):
    """paho's client; `on_message` gets only a message's topic, number, payload, and whether it is retained."""

    _received, _at = b"", 0
    """What was received, and how much of it was read."""

    paused = False
    """Whether nothing more is delivered, if `on_message` sets it also of what is received already."""

    @property
    def has_bytes(self) -> bool:
        """Whether something is received that was not read yet: the socket then has no need to say that there is more."""
        return self._at < len(self._received)

    def reconnect(self) -> MQTTErrorCode:
        """Connect again; what an earlier connection received is void."""
        self._received, self._at = b"", 0
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read a packet, or all plain messages that are received completely: they need nothing of what paho does for pieces."""
        done, with_properties, found = _SUCCESS, self._protocol is _MQTT_5, None
        if not self._in_packet["command"]:
            found = _whole(self._received, self._at, with_properties=with_properties)
        if found is None:
            return super().loop_read(max_packets)
        while found is not None:
            message, self._at = found
            done = self._deliver(message)
            if self.paused or done is not _SUCCESS:
                break
            found = _whole(self._received, self._at, with_properties=with_properties)
        return done

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self.has_bytes:
            received = super()._sock_recv(max(bufsize, _BUFFER_BYTES))
            if not received:
                return received
            self._received, self._at = _without_qos_0(received, self._within_packet), 0
            if not self._received or not self._in_packet["command"]:
                raise BlockingIOError  # `loop_read` looks first at what begins here
        found = self._received[self._at : self._at + bufsize]
        self._at += len(found)
        return found

    @property
    def _within_packet(self) -> int:
        """How many bytes of a packet are missing whose beginning was read; -1 if it is not known yet."""
        packet = self._in_packet
        if not packet["command"]:
            return 0
        return int(packet["to_process"]) if packet["have_remaining"] else -1

    def _handle_publish(self) -> MQTTErrorCode:
        first, packet = self._in_packet["command"], self._in_packet["packet"]
        if not first & _QOS:
            return _SUCCESS
        found = _parsed(first, packet, with_properties=self._protocol is _MQTT_5)
        return super()._handle_publish() if found is None else self._deliver(found)

    def _deliver(self, message: _Received) -> MQTTErrorCode:
        if self._on_message is not None:
            self._on_message(self, self._userdata, message)  # type: ignore[arg-type]  # all that a handler needs
        return _SUCCESS if self._manual_ack else self._send_puback(message.mid)

    def _send_puback(self, mid: int) -> MQTTErrorCode:
        """Acknowledge a message; one write sends it together with those that wait at the end of the queue."""
        last = self._out_packet[-1] if self._out_packet and self._thread is None else None
        if last is None or last["command"] != paho.PUBACK or last["pos"]:
            return super()._send_puback(mid)
        last["packet"] += _PUBACK + mid.to_bytes(2, "big")
        last["to_process"] = len(last["packet"])
        return _SUCCESS


def _without_qos_0(received: bytes, at: int) -> bytes:
    """Return bytes without the whole messages of QoS 0 in them. A packet begins at `at`; nowhere if that is negative."""
    end, kept, start = len(received), list[bytes](), 0
    while 0 <= at < end:
        found = _variable_int(received, at + 1)
        if found is None or (after := found[1] + found[0]) > end:
            break
        if received[at] & (_KIND | _QOS) == _PUBLISH:
            kept.append(received[start:at])
            start = after
        at = after
    return b"".join((*kept, received[start:])) if start else received


def _variable_int(packet: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """Return a variable byte integer (MQTT 5, section 1.5.5) and the position behind it, or None if it is cut short or too long."""
    if at < len(packet) and packet[at] < 0x80:
        return packet[at], at + 1
    if at + 1 < len(packet) and packet[at + 1] < 0x80:  # nearly all others
        return packet[at] & 0x7F | packet[at + 1] << 7, at + 2
    size, shift = 0, 0
    for byte in packet[at : at + 4]:
        at += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return size, at
    return None


def _whole(received: bytes, at: int, *, with_properties: bool) -> tuple[_Received, int] | None:
    """Return the message of a PUBLISH packet of QoS 1 and the position behind it, or None if another begins there, or a part of one."""
    if at >= len(received) or received[at] & (_KIND | _QOS) != _PUBLISH | _QOS_1:
        return None
    found = _variable_int(received, at + 1)
    if found is None or (end := found[1] + found[0]) > len(received):
        return None
    message = _parsed(received[at], received[found[1] : end], with_properties=with_properties)
    return None if message is None else (message, end)


def _parsed(first: int, packet: bytes | bytearray, *, with_properties: bool) -> _Received | None:
    """Return the message of a PUBLISH packet of QoS 1, or None if it is another, or cut short."""
    at = 4 + int.from_bytes(packet[:2], "big")
    if first & _QOS != _QOS_1 or at > len(packet) or at == 4:
        return None
    topic, mid = packet[2 : at - 2], int.from_bytes(packet[at - 2 : at], "big")
    if with_properties:
        found = _variable_int(packet, at)
        if found is None or (at := found[1] + found[0]) > len(packet):
            return None
    try:
        return _Received(topic.decode(), mid, bytes(packet[at:]), bool(first & 0x01)) if mid else None
    except UnicodeDecodeError:
        return None
