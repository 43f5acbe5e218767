"""Why an update was not begun, or did not come to its end."""


class FlashRefused(Exception):
    """The update was not begun, and nothing was changed. `code` is a word for programs; the sentence is in English and in `italian`."""

    def __init__(self, code: str, english: str, italian: str) -> None:
        super().__init__(english)
        self.code, self.italian = code, italian


class FlashFailed(Exception):
    """The update was begun and did not come to its end. `again`: it is stored, and the same update goes on where it was."""

    def __init__(self, code: str, english: str, italian: str, *, again: bool) -> None:
        super().__init__(english)
        self.code, self.italian, self.again = code, italian, again
