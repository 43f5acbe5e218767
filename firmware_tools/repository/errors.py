"""Why a repository is not changed, not reached, or not trusted, in English and Italian."""


class RepositoryError(Exception):
    """Something can't be done with a repository; the messages say why, and what to do."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.english, self.italian = english, italian


class RepositoryUnreachable(RepositoryError):
    """A file of a repository was not received; a later attempt may succeed."""


class RepositoryRefused(RepositoryError):
    """A repository is not trusted. What was trusted before stays.

    Attributes:
        code: A short word for the reason, the same in all languages.
    """

    def __init__(self, code: str, english: str, italian: str) -> None:
        super().__init__(english, italian)
        self.code = code
