"""The block context of the Ethereum instance, behind the seam `system.metadata`."""

from zkos.guest.blocks.ethereum.context import Context
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.ethereum import CHAIN_ID
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, allocate_bytes


class Metadata:
    """Fields of the header, as all instances have them."""

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
    """Empty: ancestors are asked for as somebody looks."""
    mix_hash: U256
    da_scheme: U32
    context: Context
    """All there is to know."""

    def __init__(self, oracle: Oracle) -> None:
        self.context = Context()
        header = self.context.header
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

    def block_hash(self, number: U64) -> U256:
        """Hash of one of the last 256 blocks, else 0 (BLOCKHASH)."""
        return self.context.ancestors.hash(number)

    def parent_hash(self) -> U256:
        """Hash of the block before."""
        return self.context.header.parent_hash

    def prevrandao(self, options: Options) -> U256:
        """PREVRANDAO."""
        return self.mix_hash

    def blob_hash(self, index: U32) -> U256:
        """Versioned hash of a blob of the transaction; 0 beyond the last."""
        hashes = self.context.blob_hashes
        return hashes[index] if index < hashes.length() else U256(0)

    def blob_base_fee(self) -> U256:
        """BLOBBASEFEE, in wei."""
        return self.context.blob_price

    def renew(self, oracle: Oracle) -> None:
        """Nothing stays for another block: there is one a run."""

    def transaction_gas_limit(self) -> U64:
        """The highest gas limit of a transaction; the fork may set a lower one."""
        return self.gas_limit

    def configuration_hash(self, keccak: Keccak256) -> Bytes32:
        """What binds the configuration of the chain: nothing does."""
        return Bytes32(0)
