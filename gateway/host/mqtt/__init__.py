"""The connection to an MQTT broker: paho's client, bridged to the event loop here and nowhere else."""

from gateway.host.mqtt.client import Mqtt
from gateway.host.mqtt.connector import OPEN_SHARE, check_files, tls_context
from gateway.host.mqtt.publishes import Disconnected, PublishRefused
from gateway.host.mqtt.types import Broker, Message, Will

__all__ = ["OPEN_SHARE", "Broker", "Disconnected", "Message", "Mqtt", "PublishRefused", "Will", "check_files", "tls_context"]
