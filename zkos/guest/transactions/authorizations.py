"""The authorization list of a transaction (EIP-7702), entry by entry.

Here is what an entry says; whether it holds is decided in `flow.delegations`.
"""

from typing import Final

from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView

MAX_U8: Final = U64(0xFF)


class Authorizations:
    """Reads one list at a time; the fields are those of the entry read last."""

    items: RlpReader
    parts: RlpReader
    """The inside of the entry."""
    chain_id: U256
    """0 stands for every chain."""
    address: Address
    """What the authority delegates to; 0 ends a delegation."""
    nonce: U64
    parity: U8
    """Of the signature's y; one above 1 fits no signature."""
    r: U256
    s: U256

    def __init__(self, lax: bool) -> None:
        self.items = RlpReader(lax)
        self.parts = RlpReader(lax)
        self.chain_id = U256(0)
        self.address = Address(0)
        self.nonce = U64(0)
        self.parity = U8(0)
        self.r = U256(0)
        self.s = U256(0)

    def count(self, content: ByteView) -> U32:
        """Read all entries of a list; how many there are. Raises MalformedRlp."""
        self.open(content)
        total = U32(0)
        while self.next():
            total = total + 1
        return total

    def open(self, content: ByteView) -> None:
        """Go to before the first entry of a list."""
        self.items.open(content)

    def next(self) -> bool:
        """Read the next entry; False if there is none. Raises MalformedRlp."""
        if self.items.is_empty():
            return False
        parts = self.parts
        parts.open(self.items.sublist())
        self.chain_id = parts.u256()
        self.address = parts.address()
        self.nonce = parts.u64()
        parity = parts.u64()
        if parity > MAX_U8:
            raise MalformedRlp
        self.parity = U8(parity)
        self.r = parts.u256()
        self.s = parts.u256()
        parts.finish()
        return True
