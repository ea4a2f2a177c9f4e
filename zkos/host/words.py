"""The words of a message of the guest, read one field after another.

Numbers are words, least significant first; which fields there are is the reader's.
"""


class ReportError(Exception):
    """A message does not have the form of the table: the guest is at fault."""


class Words:
    """A cursor over the words of one message; raises ReportError beyond its end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    def number(self, words: int) -> int:
        return int.from_bytes(self._take(4 * words), "little")

    def u32(self) -> int:
        return self.number(1)

    def u64(self) -> int:
        return self.number(2)

    def address(self) -> int:
        return self.number(5)

    def u256(self) -> int:
        return self.number(8)

    def data(self) -> bytes:
        length = self.u32()
        return self._take(length + -length % 4)[:length]

    def finish(self, kind: int) -> None:
        left = len(self._content) - self._position
        if left:
            raise ReportError(f"a message of kind {kind} has {left} bytes too many")

    def _take(self, size: int) -> bytes:
        start, self._position = self._position, self._position + size
        if self._position > len(self._content):
            raise ReportError("a message ends early")
        return self._content[start : self._position]
