"""Puts the pieces of one file together, whatever comes in. Pure."""

from enum import Enum, auto

from firmware_tools.mirror.piece import PIECE_BYTES_MOST, Piece


class PieceFit(Enum):
    """What a piece is to an assembly."""

    NEXT = auto()
    """It continues the file."""
    FOREIGN = auto()
    """It is no answer to the last request: late, sent twice, or invented."""
    ABSENT = auto()
    """It says that there is no such file."""
    CHANGED = auto()
    """The file is another one than at the beginning, or smaller than what is here already: it begins anew."""
    TOO_LARGE = auto()
    """The file is larger than it can be."""


class Assembly:
    """One file that is received piece by piece; `received` bytes of it are there, of an earlier run perhaps."""

    def __init__(self, most_bytes: int, received: int = 0) -> None:
        self.received = received
        self._most_bytes = most_bytes
        self._total: int | None = None
        self._request = 0

    @property
    def is_complete(self) -> bool:
        """Whether the whole file is there."""
        return self._total is not None and self.received == self._total

    def ask(self, request: int) -> tuple[int, int]:
        """Return the offset and the size of the next piece, which is requested with a number."""
        self._request = request
        return self.received, PIECE_BYTES_MOST

    def judge(self, piece: Piece) -> PieceFit:
        """Say what a piece is; one that fits counts as received. The caller stores its content, or begins anew."""
        if piece.request != self._request or piece.offset != self.received:
            return PieceFit.FOREIGN
        if piece.total is None:
            return PieceFit.ABSENT
        if piece.total > self._most_bytes:
            return PieceFit.TOO_LARGE
        if self._total not in {None, piece.total} or self.received > piece.total:
            self.received, self._total = 0, None
            return PieceFit.CHANGED
        if len(piece.content) > piece.total - self.received or (not piece.content and self.received < piece.total):
            return PieceFit.FOREIGN
        self._total = piece.total
        self.received += len(piece.content)
        self._request = 0
        return PieceFit.NEXT
