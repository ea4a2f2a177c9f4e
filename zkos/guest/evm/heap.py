"""The memory of all EVM frames of an interaction: one region used as a stack.

A frame's memory starts where its caller's ends. It moves never, so views of it stay
good while children run.
"""

from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView, allocate_bytes


class Heap:
    """The region, where its free part starts, and a buffer of one word."""

    region: ByteView
    top: U32
    empty: ByteView
    _word: ByteView

    def __init__(self, region: ByteView) -> None:
        self.region = region
        self.top = U32(0)
        self.empty = allocate_bytes(0)
        self._word = allocate_bytes(32)

    def load_padded(self, source: ByteView, offset: U32) -> U256:
        """The 32 bytes of `source` from `offset`, zeros beyond its end."""
        length = source.length()
        if offset >= length:
            return U256(0)
        word = self._word
        rest = length.wrapping_sub(offset)
        if rest >= 32:
            return source.load_u256_be(offset)
        word.fill(0)
        word.window(0, rest).copy_from(source.window(offset, rest))
        return word.load_u256_be(0)


def copy_padded(target: ByteView, source: ByteView, offset: U32) -> None:
    """Fill `target` with `source` from `offset`, zeros beyond its end."""
    available = source.length().saturating_sub(offset)
    wanted = target.length()
    if available >= wanted:
        if wanted != 0:
            target.copy_from(source.window(offset, wanted))
        return
    if available != 0:
        target.window(0, available).copy_from(source.window(offset, available))
    target.window(available, wanted - available).fill(0)
