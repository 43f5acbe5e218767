"""The clocks of a machine as the tests of time set them."""

from gateway.edge.clock.trusted_time import Sources

TRUE_MS = 1_795_400_000_000
DAY_MS = 86_400_000
WAIT_MS = 60_000


class Machine:
    """The clocks of a machine. The time of day and the battery-backed clock may be wrong by so much."""

    def __init__(self, wrong_ms: int = 0, *, up_ms: int = 20_000, synchronised: bool = False, rtc_wrong_ms: int | None = None) -> None:
        self.true_ms, self.booted_ms = TRUE_MS, TRUE_MS - up_ms
        self.wrong_ms, self.synchronised, self.rtc_wrong_ms = wrong_ms, synchronised, rtc_wrong_ms

    def sources(self) -> Sources:
        return Sources(
            lambda: self.true_ms - self.booted_ms,
            lambda: self.true_ms + self.wrong_ms,
            lambda: None if self.rtc_wrong_ms is None else (self.true_ms + self.rtc_wrong_ms) // 1000 * 1000,
            lambda: self.synchronised,
        )
