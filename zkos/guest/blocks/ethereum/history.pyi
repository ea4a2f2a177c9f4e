"""The blocks before this one. A seam."""

from zkos.guest.blocks.ethereum.header import Header
from zkos.guest.crypto.keccak import Keccak256
from zkos.lang.ints import U64, U256

class Ancestors:
    """Their hashes, and the parent's header."""

    def __init__(self, keccak: Keccak256, header: Header) -> None:
        """Those of the block with this header."""

    def parent(self) -> Header:
        """The header of the parent."""

    def hash(self, number: U64) -> U256:
        """The hash of one of the 256 blocks before, else 0."""
