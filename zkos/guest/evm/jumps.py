"""Jump destinations of a running code: as stored with it, or found as jumps ask."""

from zkos.guest.state.artifacts import mark_destinations
from zkos.lang.control import inline, noinline
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView, allocate_bytes


class JumpDestinations:
    """A bit a code byte, right for the bytes before `analysed`.

    Without a stored map, code behind the furthest jump, such as what a constructor
    deploys, is never read.
    """

    code: ByteView
    bits: ByteView
    analysed: U32
    limit: U32
    """Length of the code, as far as the bits reach."""
    own_bits: ByteView
    """For code without a stored map."""

    def __init__(self) -> None:
        self.code = allocate_bytes(0)
        self.bits = allocate_bytes(0)
        self.analysed = U32(0)
        self.limit = U32(0)
        self.own_bits = allocate_bytes(0)

    def take(self, code: ByteView, bits: ByteView) -> None:
        """Trust a map that was stored with the code."""
        length = code.length()
        self.code = code
        self.bits = bits
        self.analysed = length
        covered = bits.length() << 3
        self.limit = length if length < covered else covered

    def find(self, code: ByteView) -> None:
        """Start anew for code without a map."""
        length = code.length()
        needed = (length + 7) >> 3
        if needed > self.own_bits.length():
            # Twice as long: nothing is freed, so a reused map must not grow by bits.
            self.own_bits = allocate_bytes(needed << 1)
        else:
            self.own_bits.window(0, needed).fill(0)
        self.code = code
        self.bits = self.own_bits
        self.analysed = U32(0)
        self.limit = length

    @inline
    def contains(self, destination: U32) -> bool:
        """Whether a jump may go there: a JUMPDEST outside the data of a PUSH."""
        if destination >= self.limit:
            return False
        if destination >= self.analysed:
            self.analyse(destination)
        return ((self.bits[destination >> 3] >> (destination & 7)) & 1) != 0

    @noinline
    def analyse(self, last: U32) -> None:
        """Extend the analysis to the byte `last` of the code."""
        self.analysed = mark_destinations(
            self.code, self.bits, self.analysed, last.wrapping_add(1)
        )
