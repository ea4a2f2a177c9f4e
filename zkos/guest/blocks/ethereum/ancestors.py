"""The blocks before this one, as far back as somebody looks (BLOCKHASH, EIP-2935).

Each header names the one before by its hash, and the host's answer must have it. So
nothing else about ancestors is believed.
"""

from zkos.guest.blocks.ethereum.header import Header, header_in, parent_hash_in
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.ethereum_queries import QUERY_ANCESTOR, QUERY_ANCESTOR_SIZE
from zkos.guest.protocol.limits import BLOCK_HASHES
from zkos.guest.system.byte_strings import numbered_bytes
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView, List
from zkos.lang.trap import trap


class Ancestors:
    """Their hashes, the parent first."""

    keccak: Keccak256
    number: U64
    """Of the block whose ancestors they are."""
    hashes: List[U256]

    def __init__(self, keccak: Keccak256, header: Header) -> None:
        self.keccak = keccak
        self.number = header.number
        self.hashes = List(U256)
        self.hashes.append(header.parent_hash)

    def parent(self) -> Header:
        """The header of the parent."""
        encoding = self._header(U32(0))
        parent = header_in(encoding)
        if self.hashes.length() == 1:
            self.hashes.append(parent.parent_hash)
        return parent

    def hash(self, number: U64) -> U256:
        """The hash of one of the 256 blocks before, else 0."""
        if number >= self.number:
            return U256(0)
        depth = self.number - number - 1
        if depth >= U64(BLOCK_HASHES):
            return U256(0)
        place = U32(depth)
        hashes = self.hashes
        while hashes.length() <= place:
            last = hashes.length() - 1
            hashes.append(parent_hash_in(self._header(last)))
        return hashes[place]

    def _header(self, depth: U32) -> ByteView:
        """The header at a depth whose hash is known."""
        encoding = numbered_bytes(QUERY_ANCESTOR_SIZE, QUERY_ANCESTOR, depth)
        if U256(self.keccak.hash(encoding)) != self.hashes[depth]:
            trap("the header of an ancestor does not match its hash")
        return encoding
