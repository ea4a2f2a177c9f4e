"""The block context of the Ethereum instance: the header itself.

Behind the seam `system.metadata`. Nothing is believed: the output is its hash.
"""

from zkos.guest.blocks.ethereum.ancestors import Ancestors
from zkos.guest.blocks.ethereum.blob_fee import blob_fee
from zkos.guest.blocks.ethereum.header import Header, header_in
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.ethereum import CHAIN_ID
from zkos.guest.protocol.ethereum_queries import QUERY_HEADER, QUERY_HEADER_SIZE
from zkos.guest.protocol.limits import BLOCK_GAS
from zkos.guest.system.byte_strings import next_bytes
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, List, allocate_bytes
from zkos.lang.trap import trap


class Metadata:
    """The header and what depends on it."""

    basefee: U256
    """In wei a gas."""
    pubdata_price: U256
    """There is no pubdata, and native is not paid for."""
    native_price: U256
    block_number: U64
    timestamp: U64
    chain_id: U64
    gas_limit: U64
    pubdata_limit: U64
    coinbase: Address
    block_hashes: ByteView
    """Empty: see `ancestors`."""
    mix_hash: U256
    da_scheme: U32

    encoding: ByteView
    """Of the header."""
    header: Header
    hash: Bytes32
    ancestors: Ancestors
    blob_price: U256
    """In wei a blob gas."""
    blob_hashes: List[U256]
    """Of the transaction in work."""

    def __init__(self, oracle: Oracle) -> None:
        keccak = Keccak256()
        self.encoding = next_bytes(QUERY_HEADER_SIZE, QUERY_HEADER)
        self.hash = keccak.hash(self.encoding)
        header = header_in(self.encoding)
        self.header = header
        if header.gas_limit > BLOCK_GAS:
            trap("block gas limit too high")
        self.basefee = header.basefee
        self.pubdata_price = U256(0)
        self.native_price = U256(0)
        self.block_number = header.number
        self.timestamp = header.timestamp
        self.chain_id = CHAIN_ID
        self.gas_limit = header.gas_limit
        self.pubdata_limit = U64(0)
        self.coinbase = header.coinbase
        self.block_hashes = allocate_bytes(0)
        self.mix_hash = header.mix_hash
        self.da_scheme = U32(0)
        self.ancestors = Ancestors(keccak, header)
        self.blob_price = blob_fee(header.excess_blob_gas)
        self.blob_hashes = List(U256)

    def block_hash(self, number: U64) -> U256:
        """Hash of one of the last 256 blocks, else 0 (BLOCKHASH)."""
        return self.ancestors.hash(number)

    def parent_hash(self) -> U256:
        """Hash of the block before."""
        return self.header.parent_hash

    def prevrandao(self, options: Options) -> U256:
        """PREVRANDAO."""
        return self.mix_hash

    def blob_hash(self, index: U32) -> U256:
        """Versioned hash of a blob of the transaction; 0 beyond the last."""
        if index >= self.blob_hashes.length():
            return U256(0)
        return self.blob_hashes[index]

    def blob_base_fee(self) -> U256:
        """BLOBBASEFEE, in wei."""
        return self.blob_price

    def renew(self, oracle: Oracle) -> None:
        """Nothing stays for another block: there is one a run."""

    def transaction_gas_limit(self) -> U64:
        """The highest gas limit of a transaction; the fork may set a lower one."""
        return self.gas_limit

    def configuration_hash(self, keccak: Keccak256) -> Bytes32:
        """What binds the configuration of the chain: nothing does."""
        return Bytes32(0)
