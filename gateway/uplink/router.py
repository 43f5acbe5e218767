"""The table of handlers for received messages, by topic."""

import logging
import re
from collections.abc import Callable

from gateway.host.mqtt import Message

log = logging.getLogger(__name__)

_LIMIT_BYTES = 64 * 1024

MessageHandler = Callable[[str, bytes], None]
"""Takes a topic and a payload. Raises ValueError if the payload can't be read."""


class MessageRouter:
    """Passes each message to the handler of its topic. Messages that are too large or unreadable are logged and ignored."""

    def __init__(self) -> None:
        self._handlers: dict[str, tuple[re.Pattern[str], MessageHandler]] = {}

    def add(self, topic_filter: str, handler: MessageHandler) -> None:
        """Add the handler of a topic, or of the topics that match a filter in which `+` stands for a level."""
        levels = ("[^/]*" if level == "+" else re.escape(level) for level in topic_filter.split("/"))
        self._handlers[topic_filter] = re.compile("/".join(levels)), handler

    @property
    def filters(self) -> tuple[str, ...]:
        """The topics to subscribe to."""
        return tuple(self._handlers)

    def route(self, message: Message) -> None:
        """Pass a message to its handler."""
        if len(message.payload) > _LIMIT_BYTES:
            log.warning("ignored a message of %d bytes on %s", len(message.payload), message.topic)
            return
        try:
            for pattern, handler in self._handlers.values():
                if pattern.fullmatch(message.topic):
                    handler(message.topic, message.payload)
                    return
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)
