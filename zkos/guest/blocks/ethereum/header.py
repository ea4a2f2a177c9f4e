"""A block header of Ethereum, and what it must be by its parent's (EIP-1559, 4844).

Fields are those of Prague, in their order; a parent may be one of Cancun, which lacks
the last.
"""

from typing import Final

from zkos.guest.protocol.ethereum import EXTRA_BYTES
from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap

BLOOM_BYTES: Final = U32(256)
NONCE_BYTES: Final = U32(8)


class Header:
    """What the bytes of a header say."""

    parent_hash: U256
    ommers_hash: U256
    coinbase: Address
    state_root: U256
    transactions_root: U256
    receipts_root: U256
    bloom: ByteView
    difficulty: U256
    number: U64
    gas_limit: U64
    gas_used: U64
    timestamp: U64
    mix_hash: U256
    nonce: U64
    basefee: U256
    """In wei a gas; below 2**64."""
    withdrawals_root: U256
    blob_gas_used: U64
    excess_blob_gas: U64
    beacon_root: U256
    has_requests: bool
    requests_hash: U256

    def __init__(self) -> None:
        self.parent_hash = U256(0)
        self.ommers_hash = U256(0)
        self.coinbase = Address(0)
        self.state_root = U256(0)
        self.transactions_root = U256(0)
        self.receipts_root = U256(0)
        self.bloom = allocate_bytes(0)
        self.difficulty = U256(0)
        self.number = U64(0)
        self.gas_limit = U64(0)
        self.gas_used = U64(0)
        self.timestamp = U64(0)
        self.mix_hash = U256(0)
        self.nonce = U64(0)
        self.basefee = U256(0)
        self.withdrawals_root = U256(0)
        self.blob_gas_used = U64(0)
        self.excess_blob_gas = U64(0)
        self.beacon_root = U256(0)
        self.has_requests = False
        self.requests_hash = U256(0)


def header_in(encoding: ByteView) -> Header:
    """The header with this encoding; traps if there is none."""
    reader = RlpReader(False)
    header = Header()
    try:
        reader.open(encoding)
        content = reader.sublist()
        reader.finish()
        reader.open(content)
        take_identity(reader, header)
        take_work(reader, header)
        take_later_fields(reader, header)
        reader.finish()
    except MalformedRlp:
        trap("a header is malformed")
    return header


def take_identity(reader: RlpReader, header: Header) -> None:
    """Take the fields before the number. Raises MalformedRlp."""
    header.parent_hash = hash_at(reader)
    header.ommers_hash = hash_at(reader)
    header.coinbase = reader.address()
    header.state_root = hash_at(reader)
    header.transactions_root = hash_at(reader)
    header.receipts_root = hash_at(reader)
    header.bloom = reader.string()
    if header.bloom.length() != BLOOM_BYTES:
        raise MalformedRlp
    header.difficulty = reader.u256()


def take_work(reader: RlpReader, header: Header) -> None:
    """Take the other fields of the first headers. Raises MalformedRlp."""
    header.number = reader.u64()
    header.gas_limit = reader.u64()
    header.gas_used = reader.u64()
    header.timestamp = reader.u64()
    if reader.string().length() > EXTRA_BYTES:
        raise MalformedRlp
    header.mix_hash = hash_at(reader)
    nonce = reader.string()
    if nonce.length() != NONCE_BYTES:
        raise MalformedRlp
    header.nonce = nonce.load_u64_be(0)


def take_later_fields(reader: RlpReader, header: Header) -> None:
    """Take what London and later forks have added. Raises MalformedRlp."""
    header.basefee = U256(reader.u64())
    header.withdrawals_root = hash_at(reader)
    header.blob_gas_used = reader.u64()
    header.excess_blob_gas = reader.u64()
    header.beacon_root = hash_at(reader)
    header.has_requests = not reader.is_empty()
    if header.has_requests:
        header.requests_hash = hash_at(reader)


def parent_hash_in(encoding: ByteView) -> U256:
    """The first field of the header with this encoding, of any fork; else traps."""
    reader = RlpReader(False)
    try:
        reader.open(encoding)
        content = reader.sublist()
        reader.finish()
        reader.open(content)
        return hash_at(reader)
    except MalformedRlp:
        trap("the header of an ancestor is malformed")


def hash_at(reader: RlpReader) -> U256:
    """The next item, 32 bytes. Raises MalformedRlp."""
    content = reader.string()
    if content.length() != 32:
        raise MalformedRlp
    return content.load_u256_be(0)
