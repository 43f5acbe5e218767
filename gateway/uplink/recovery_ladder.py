"""What is tried, and when, while a gateway has no connection: mobile modems and routers hang in ways that only a restart ends. Pure.

The client itself connects again and again, to each address of the broker in turn. Beyond that, each step has a patience of its own.
"""

from typing import Literal, get_args

from gateway.model.site.uplink import RecoverySettings

RecoveryStep = Literal["network", "modem", "reboot"]

STEPS: tuple[RecoveryStep, ...] = get_args(RecoveryStep)


class RecoveryLadder:
    """Says which step is due. `rebooted`: it has rebooted this machine before, and nobody knows when, as its clock may be wrong.

    Times are seconds since boot, which is all that a machine without a battery knows for certain: after a reboot of its own, it does not
    reboot again before the machine has run for `reboot_again`.
    """

    def __init__(self, *, rebooted: bool) -> None:
        self._rebooted = rebooted
        self._since_s: float | None = None
        self._tried: set[RecoveryStep] = set()

    def due(self, settings: RecoverySettings, *, connected: bool, now_s: float) -> RecoveryStep | None:
        """Return the step that is to be tried now, if any; look again soon. When all were tried, they begin anew."""
        if connected:
            self._since_s = None
            self._tried.clear()
            return None
        since_s = self._since_s = now_s if self._since_s is None else self._since_s
        wanted = {step: patience_s for step in STEPS if (patience_s := getattr(settings, step)) is not None}
        for step, patience_s in sorted(wanted.items(), key=lambda one: one[1]):
            if step not in self._tried and now_s - since_s >= patience_s:
                self._tried.add(step)
                if step != "reboot" or self._may_reboot(settings, now_s):
                    return step
        if self._tried >= wanted.keys():
            self._since_s = now_s
            self._tried.clear()
        return None

    def _may_reboot(self, settings: RecoverySettings, now_s: float) -> bool:
        if self._rebooted and now_s < settings.reboot_again:
            return False
        self._rebooted = True
        return True
