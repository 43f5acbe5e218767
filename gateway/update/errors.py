"""Why an update is not made, in English and Italian."""


class UpdateError(Exception):
    """An update can't be made, or was not kept; the messages say why, and what to do."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.english, self.italian = english, italian
