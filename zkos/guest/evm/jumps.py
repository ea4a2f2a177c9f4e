"""Jump destinations of a code, found as far as jumps have asked for them."""

from typing import Final

from zkos.lang.control import inline, noinline
from zkos.lang.ints import U8, U32
from zkos.lang.memory import ByteView, allocate_bytes

JUMPDEST: Final = U8(0x5B)
PUSH1: Final = U8(0x60)
PUSH32: Final = U8(0x7F)


class JumpDestinations:
    """A bit a code byte, right for the bytes before `analysed`.

    Code behind the furthest jump, such as what a constructor deploys, is never read.
    """

    code: ByteView
    bits: ByteView
    analysed: U32

    def __init__(self) -> None:
        self.code = allocate_bytes(0)
        self.bits = allocate_bytes(0)
        self.analysed = U32(0)

    def assign(self, code: ByteView) -> None:
        """Start anew for `code`."""
        needed = (code.length() + 7) >> 3
        if needed > self.bits.length():
            # Twice as long: nothing is freed, so a reused map must not grow by bits.
            self.bits = allocate_bytes(needed << 1)
        else:
            self.bits.window(0, needed).fill(0)
        self.code = code
        self.analysed = U32(0)

    @inline
    def contains(self, destination: U32) -> bool:
        """Whether a jump may go there: a JUMPDEST outside the data of a PUSH."""
        if destination >= self.code.length():
            return False
        if destination >= self.analysed:
            self.analyse(destination)
        return ((self.bits[destination >> 3] >> (destination & 7)) & 1) != 0

    @noinline
    def analyse(self, last: U32) -> None:
        """Extend the analysis to the byte `last` of the code."""
        code = self.code
        bits = self.bits
        position = self.analysed
        while position <= last:
            opcode = code[position]
            if opcode == JUMPDEST:
                index = position >> 3
                bits[index] = bits[index] | (U8(1) << (position & 7))
            elif opcode >= PUSH1:
                if opcode <= PUSH32:
                    position = position.wrapping_add(U32(opcode.wrapping_sub(0x5F)))
            position = position.wrapping_add(1)
        self.analysed = position
