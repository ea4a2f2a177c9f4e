"""Keccak-256 with Ethereum's original padding. A seam."""

from zkos.lang.ints import U8, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView

class Keccak256:
    """A hasher: any number of updates, then `finish`, which begins a new message."""

    def __init__(self) -> None: ...
    def reset(self) -> None:
        """Drop what was hashed so far."""

    def update(self, data: ByteView) -> None:
        """Append `data` to the message."""

    def update_u8(self, x: U8) -> None:
        """Append one byte."""

    def update_u64_be(self, x: U64) -> None:
        """Append 8 bytes, most significant first."""

    def update_u256(self, x: U256) -> None:
        """Append 32 bytes, most significant first."""

    def update_address(self, address: Address) -> None:
        """Append the 20 bytes of `address`."""

    def finish(self) -> Bytes32:
        """The digest of the message; the hasher is reset."""

    def hash(self, data: ByteView) -> Bytes32:
        """The digest of `data` alone."""
