"""The restart of the running gateway, for `gateway.web.technician.upkeep_routes`."""

import logging
import os
import signal

log = logging.getLogger(__name__)


class LocalRestart:
    """Ends the process as `systemctl stop` does; systemd starts it again (`Restart=always`)."""

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway

    @property
    def supervised(self) -> bool:
        """Whether systemd has started this process: only then is INVOCATION_ID set (systemd.exec(5))."""
        return "INVOCATION_ID" in os.environ

    def stop(self) -> None:
        """End the gateway orderly."""
        log.warning("a technician restarts the gateway")
        os.kill(os.getpid(), signal.SIGTERM)
