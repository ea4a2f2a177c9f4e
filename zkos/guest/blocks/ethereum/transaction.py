"""Ethereum's transactions, types 0 to 4, as they stand in the block (EIP-2718).

Types 0, 1, 2 and 4 are decoded as those of ZKsync OS; here are blobs (EIP-4844) and the
sender, who is found by the signature.
"""

from zkos.guest.blocks.ethereum.context import Context
from zkos.guest.crypto.secp256k1 import Secp256k1
from zkos.guest.protocol.ethereum import TYPE_BLOB
from zkos.guest.protocol.report import (
    REASON_INCORRECT_FROM,
    REASON_INVALID_CHAIN_ID,
    REASON_INVALID_STRUCTURE,
    REASON_MALLEABLE_SIGNATURE,
)
from zkos.guest.protocol.transactions import HALF_CURVE_ORDER
from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.guest.state.system import System
from zkos.guest.system.errors import OutOfNative
from zkos.guest.system.resources import INFINITE, Resources
from zkos.guest.transactions.access_list import AccessList
from zkos.guest.transactions.authorizations import Authorizations
from zkos.guest.transactions.calldata import non_zero_bytes
from zkos.guest.transactions.hashing import TransactionHasher
from zkos.guest.transactions.record import Transaction
from zkos.guest.transactions.rlp import RlpDecoder
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView, List
from zkos.lang.trap import trap


class TransactionReader:
    """Holds one transaction at a time."""

    record: Transaction
    blob_fee_cap: U256
    """In wei a blob gas."""
    blob_hashes: List[U256]
    access_list: AccessList
    authorizations: Authorizations
    rlp: RlpDecoder
    reader: RlpReader
    items: RlpReader
    hasher: TransactionHasher
    curve: Secp256k1
    chain_id: U64

    def __init__(self, system: System, context: Context) -> None:
        chain_id = system.metadata.chain_id
        self.record = Transaction()
        self.blob_fee_cap = U256(0)
        self.blob_hashes = context.blob_hashes
        self.access_list = AccessList(False)
        self.authorizations = Authorizations(False)
        self.rlp = RlpDecoder(False, chain_id, self.access_list, self.authorizations)
        self.reader = RlpReader(False)
        self.items = RlpReader(False)
        self.hasher = TransactionHasher(system.keccak, chain_id)
        self.curve = system.secp256k1()
        self.chain_id = chain_id

    def decode(self, encoding: ByteView) -> U32:
        """Fill the record and find the sender; the reason to refuse it, or 0."""
        record = self.record
        record.begin(encoding)
        self.blob_hashes.truncate(0)
        self.blob_fee_cap = U256(0)
        if encoding.length() != 0 and U32(encoding[0]) == TYPE_BLOB:
            reason = self._decode_blobs()
        else:
            reason = self.rlp.decode(record)
        if reason != 0:
            return reason
        try:
            self.hasher.l2(record, Resources(INFINITE, INFINITE))
        except OutOfNative:
            trap("hashing has no limit")
        return self._find_sender()

    def _find_sender(self) -> U32:
        record = self.record
        if record.s > HALF_CURVE_ORDER:
            return REASON_MALLEABLE_SIGNATURE
        known, sender = self.curve.recover(
            U256(record.signing_hash), record.r, record.s, record.is_odd
        )
        if not known:
            return REASON_INCORRECT_FROM
        record.sender = sender
        record.is_sender_known = True
        return U32(0)

    def _decode_blobs(self) -> U32:
        """Fill the record with a transaction that carries blobs."""
        reader = self.reader
        encoding = self.record.encoding
        reader.open(encoding.window(1, encoding.length() - 1))
        try:
            content = reader.sublist()
            reader.finish()
            return self._take_blobs(content)
        except MalformedRlp:
            return REASON_INVALID_STRUCTURE

    def _take_blobs(self, content: ByteView) -> U32:
        """Take the fields of such a transaction. Raises MalformedRlp."""
        record = self.record
        reader = self.reader
        reader.open(content)
        record.kind = TYPE_BLOB
        chain_id = reader.u64()
        record.nonce = reader.u64()
        record.max_priority_fee = reader.u256()
        record.max_fee = reader.u256()
        record.gas_limit = reader.u64()
        record.to = reader.address()
        record.is_creation = False
        record.value = reader.u256()
        record.data = reader.string()
        behind = content.length() - reader.position
        length = record.data.length()
        start = record.encoding.length() - behind - length
        record.non_zero_bytes = non_zero_bytes(record.encoding, start, length)
        record.clear_lists()
        record.access_list = reader.sublist()
        self.access_list.check(record.access_list)
        self.blob_fee_cap = reader.u256()
        self._take_hashes(reader.sublist())
        record.signed = content.window(0, reader.position)
        record.names_chain = False
        parity = reader.u64()
        if parity > 1:
            raise MalformedRlp
        record.is_odd = parity == 1
        record.r = reader.u256()
        record.s = reader.u256()
        reader.finish()
        return U32(0) if chain_id == self.chain_id else REASON_INVALID_CHAIN_ID

    def _take_hashes(self, content: ByteView) -> None:
        """Take the versioned hashes. Raises MalformedRlp."""
        items = self.items
        items.open(content)
        while not items.is_empty():
            versioned = items.string()
            if versioned.length() != 32:
                raise MalformedRlp
            self.blob_hashes.append(versioned.load_u256_be(0))
