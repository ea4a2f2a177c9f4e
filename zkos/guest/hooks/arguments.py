"""ABI arguments in the calldata of a system contract, and its common entry."""

from typing import Final

from zkos.guest.system.calls import Frame
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView

ERGS_SYSTEM_CONTRACT: Final = U64(10)
"""Ergs, not gas."""
SELECTOR_BYTES: Final = U32(4)
NO_SELECTOR: Final = U32(0)
"""Stands for calldata without a selector; no method has it."""
MAX_LENGTH: Final = U256(0xFFFF_FFFF)
HIGH_96_BITS: Final = U32(160)


def selector(frame: Frame) -> U32:
    """Pay the entry price and take the selector.

    Raises OutOfErgs.
    """
    frame.resources.charge(ERGS_SYSTEM_CONTRACT, U64(0))
    if frame.input.length() < SELECTOR_BYTES:
        return NO_SELECTOR
    return frame.input.load_u32_be(0)


def is_address(word: U256) -> bool:
    """Whether the twelve high bytes of an address argument are zero."""
    return word >> HIGH_96_BITS == 0


def bytes_argument(data: ByteView, offset: U256) -> tuple[bool, ByteView]:
    """The `bytes` whose length word lies `offset` after the selector.

    False if any of it is outside the calldata.
    """
    empty = data.window(0, 0)
    if offset > MAX_LENGTH:
        return False, empty
    size = U64(data.length())
    start = U64(offset) + 36
    if size < start:
        return False, empty
    length = data.load_u256_be(U32(start) - 32)
    if length > U256(size - start):
        return False, empty
    return True, data.window(U32(start), U32(length))
