"""The blocks before this one by the convention of Ethereum's state tests.

Nothing is asked: the hash of a block is that of its number in decimal digits. Behind
the seam `blocks.ethereum.history`, for builds that run transactions without a block.
"""

from zkos.guest.blocks.ethereum.header import Header
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.limits import BLOCK_HASHES
from zkos.lang.ints import U8, U32, U64, U256
from zkos.lang.memory import allocate_bytes
from zkos.lang.trap import trap


class Ancestors:
    """Their hashes."""

    keccak: Keccak256
    number: U64
    """Of the block whose ancestors they are."""

    def __init__(self, keccak: Keccak256, header: Header) -> None:
        self.keccak = keccak
        self.number = header.number

    def parent(self) -> Header:
        """Traps: there is no header."""
        trap("there is no header of a parent")

    def hash(self, number: U64) -> U256:
        """The hash of one of the 256 blocks before, else 0."""
        if number >= self.number or self.number - number > U64(BLOCK_HASHES):
            return U256(0)
        digits = U32(1)
        rest = number // 10
        while rest != 0:
            digits = digits + 1
            rest = rest // 10
        text = allocate_bytes(digits)
        rest = number
        while digits != 0:
            digits = digits - 1
            text[digits] = U8.truncate(rest % 10 + 48)
            rest = rest // 10
        return U256(self.keccak.hash(text))
