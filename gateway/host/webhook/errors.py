"""Why a message was not delivered."""


class NotDelivered(Exception):
    """A message was not accepted. `is_final`: it will not be, however often it is tried."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final
