"""The header and what depends on it: what only the Ethereum instance knows of a block.

Nothing is believed: the output of a run is the hash of the header.
"""

from zkos.guest.blocks.ethereum.blob_fee import blob_fee
from zkos.guest.blocks.ethereum.header import Header, header_in
from zkos.guest.blocks.ethereum.history import Ancestors
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.ethereum_queries import QUERY_HEADER, QUERY_HEADER_SIZE
from zkos.guest.system.byte_strings import next_bytes
from zkos.lang.ints import U256, Bytes32
from zkos.lang.memory import ByteView, List


class Context:
    """Asks the oracle for the header when made; traps if it is none."""

    encoding: ByteView
    """Of the header."""
    header: Header
    hash: Bytes32
    ancestors: Ancestors
    blob_price: U256
    """In wei a blob gas."""
    blob_hashes: List[U256]
    """Of the transaction in work."""

    def __init__(self) -> None:
        keccak = Keccak256()
        self.encoding = next_bytes(QUERY_HEADER_SIZE, QUERY_HEADER)
        self.hash = keccak.hash(self.encoding)
        self.header = header_in(self.encoding)
        self.ancestors = Ancestors(keccak, self.header)
        self.blob_price = blob_fee(self.header.excess_blob_gas)
        self.blob_hashes = List(U256)
