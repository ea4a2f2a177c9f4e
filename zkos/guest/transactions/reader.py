"""Behind `transaction`: L2 transactions in RLP, transactions from L1 in ABI encoding.

The host says which of the two a transaction is in (transactions spec 1).
"""

from typing import Final

from zkos.guest.protocol.queries import ENCODING_ABI, ENCODING_RLP
from zkos.guest.protocol.quirks import QUIRK_LAX_RLP_LENGTHS
from zkos.guest.protocol.report import REASON_UNKNOWN_ENCODING
from zkos.guest.protocol.transactions import TYPE_L1, TYPE_UPGRADE
from zkos.guest.rlp.reader import MalformedRlp
from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.oracle import Oracle
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.abi import AbiDecoder
from zkos.guest.transactions.access_list import AccessList
from zkos.guest.transactions.authorizations import Authorizations
from zkos.guest.transactions.hashing import TransactionHasher
from zkos.guest.transactions.record import Transaction
from zkos.guest.transactions.rlp import RlpDecoder
from zkos.lang.ints import U32, Bytes32
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap

SMALLEST_BUFFER: Final = U32(1 << 14)


class TransactionReader:
    """Holds one transaction at a time, in `record`."""

    record: Transaction
    oracle: Oracle
    buffer: ByteView
    """Where encodings lie; grows, so it is made anew now and then."""
    access_list: AccessList
    authorizations: Authorizations
    abi: AbiDecoder
    rlp: RlpDecoder
    hasher: TransactionHasher

    def __init__(self, system: System) -> None:
        lax = system.options.quirk_bits & QUIRK_LAX_RLP_LENGTHS != 0
        chain_id = system.metadata.chain_id
        self.record = Transaction()
        self.oracle = system.oracle
        self.buffer = allocate_bytes(SMALLEST_BUFFER)
        self.access_list = AccessList(lax)
        self.authorizations = Authorizations(lax)
        self.abi = AbiDecoder()
        self.rlp = RlpDecoder(lax, chain_id, self.access_list, self.authorizations)
        self.hasher = TransactionHasher(system.keccak, chain_id)

    def receive(self, size: U32) -> bool:
        """Read the bytes of the next transaction; False if they cannot be read."""
        words = (size >> 2) + (U32(0) if size & 3 == 0 else U32(1))
        room = words << 2
        capacity = self.buffer.length()
        if capacity < room:
            while capacity < room and capacity < U32(1 << 31):
                capacity = capacity << 1
            self.buffer = allocate_bytes(room if capacity < room else capacity)
        self.record.begin(self.buffer.window(0, size))
        return self.oracle.next_transaction(self.buffer.window(0, room), size)

    def discard(self) -> None:
        """Have no transaction, as it could not be read."""
        self.record.begin(self.buffer.window(0, 0))

    def decode(self) -> U32:
        """Ask how the bytes are encoded and by whom they are sent; fill the record.

        The reason to drop the transaction, or 0. `REASON_UNKNOWN_ENCODING` is one that
        ends the block upstream.
        """
        record = self.record
        encoding = self.oracle.transaction_encoding()
        if encoding == ENCODING_ABI:
            return self.abi.decode(record)
        if encoding != ENCODING_RLP:
            return REASON_UNKNOWN_ENCODING
        known, sender = self.oracle.transaction_sender()
        record.is_sender_known = known
        record.sender = sender
        return self.rlp.decode(record)

    def is_from_l1(self) -> bool:
        """Whether it is a priority operation or an upgrade."""
        kind = self.record.kind
        return kind == TYPE_L1 or kind == TYPE_UPGRADE

    def hash(self, resources: Resources) -> None:
        """Find the hashes of the record. Raises OutOfNative."""
        if self.is_from_l1():
            self.hasher.l1(self.record, resources)
        else:
            self.hasher.l2(self.record, resources)

    def warm(self, io: Io, resources: Resources) -> None:
        """Touch what the access list names.

        Raises MalformedRlp, OutOfErgs and OutOfNative.
        """
        self.access_list.warm(self.record.access_list, io, resources)

    def listed(self) -> tuple[U32, U32]:
        """How many addresses and keys the access list names."""
        try:
            addresses, keys = self.access_list.size(self.record.access_list)
        except MalformedRlp:
            trap("a list that was read cannot be read")
        return addresses, keys

    def first_authorization(self) -> None:
        """Go to before the first authorization."""
        self.authorizations.open(self.record.authorizations)

    def next_authorization(self) -> bool:
        """Read the next authorization; False if there is none."""
        return self.authorizations.next()

    def authorization_hash(self, resources: Resources) -> Bytes32:
        """What the signature of that authorization covers. Raises OutOfNative."""
        return self.hasher.authorization(self.authorizations, resources)
