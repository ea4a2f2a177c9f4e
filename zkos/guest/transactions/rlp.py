"""L2 transactions, which are encoded as Ethereum's: legacy and types 1, 2 and 4.

Fields, bounds and the order of errors are transactions spec 2 and 3.
"""

from typing import Final

from zkos.guest.protocol.report import (
    REASON_AUTH_LIST_IS_EMPTY,
    REASON_INVALID_CHAIN_ID,
    REASON_INVALID_ENCODING,
    REASON_INVALID_STRUCTURE,
)
from zkos.guest.protocol.transactions import (
    TYPE_EIP1559,
    TYPE_EIP2930,
    TYPE_EIP7702,
    TYPE_LEGACY,
    V_PROTECTED,
    V_UNPROTECTED,
)
from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.guest.transactions.access_list import AccessList
from zkos.guest.transactions.authorizations import Authorizations
from zkos.guest.transactions.calldata import non_zero_bytes
from zkos.guest.transactions.kinds import decode_other
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import ByteView

NOT_TYPED: Final = U32(0xFFFF_FFFF)
"""No number precedes the list."""


class RlpDecoder:
    """Decodes one transaction at a time."""

    reader: RlpReader
    access_list: AccessList
    authorizations: Authorizations
    chain_id: U64

    def __init__(
        self,
        lax: bool,
        chain_id: U64,
        access_list: AccessList,
        authorizations: Authorizations,
    ) -> None:
        self.reader = RlpReader(lax)
        self.access_list = access_list
        self.authorizations = authorizations
        self.chain_id = chain_id

    def decode(self, transaction: Transaction) -> U32:
        """Fill the fields but the sender's; the reason to drop it, or 0."""
        encoding = transaction.encoding
        kind = leading_number(encoding)
        if kind == NOT_TYPED:
            transaction.kind = TYPE_LEGACY
        elif kind == TYPE_EIP2930 or kind == TYPE_EIP1559 or kind == TYPE_EIP7702:
            transaction.kind = kind
            encoding = encoding.window(1, encoding.length() - 1)
        else:
            return decode_other(kind, self.reader, transaction)
        reader = self.reader
        reader.open(encoding)
        try:
            content = reader.sublist()
            reader.finish()
            return self._decode(transaction, content)
        except MalformedRlp:
            return REASON_INVALID_STRUCTURE

    def _decode(self, transaction: Transaction, content: ByteView) -> U32:
        """Decode the content of the outer list. Raises MalformedRlp."""
        reader = self.reader
        reader.open(content)
        legacy = transaction.kind == TYPE_LEGACY
        chain_id = self.chain_id if legacy else reader.u64()
        self._take_fields(transaction)
        transaction.clear_lists()
        if not legacy:
            transaction.access_list = reader.sublist()
            self.access_list.check(transaction.access_list)
        if transaction.kind == TYPE_EIP7702:
            transaction.authorizations = reader.sublist()
            count = self.authorizations.count(transaction.authorizations)
            if count == 0:
                return REASON_AUTH_LIST_IS_EMPTY
            transaction.authorization_count = count
        transaction.signed = content.window(0, reader.position)
        transaction.names_chain = False
        if legacy:
            return self._take_legacy_signature(transaction)
        parity = reader.u64()
        if parity > 1:
            raise MalformedRlp
        transaction.is_odd = parity == 1
        self._take_signature(transaction)
        if chain_id != self.chain_id:
            return REASON_INVALID_CHAIN_ID
        return U32(0)

    def _take_fields(self, transaction: Transaction) -> None:
        """Take nonce to calldata. Raises MalformedRlp."""
        reader = self.reader
        kind = transaction.kind
        transaction.nonce = reader.u64()
        if kind == TYPE_EIP1559 or kind == TYPE_EIP7702:
            transaction.max_priority_fee = reader.u256()
            transaction.max_fee = reader.u256()
        else:
            transaction.max_fee = reader.u256()
            transaction.max_priority_fee = transaction.max_fee
        transaction.gas_limit = reader.u64()
        to = reader.string()
        transaction.is_creation = to.length() == 0 and kind != TYPE_EIP7702
        transaction.to = Address(0)
        if not transaction.is_creation:
            if to.length() != 20:
                raise MalformedRlp
            transaction.to = reader.address_in(to)
        transaction.value = reader.u256()
        data = reader.string()
        transaction.data = data
        # Nothing follows the list, so the distance to the end is known.
        encoding = transaction.encoding
        behind = reader.data.length() - reader.position
        start = encoding.length() - behind - data.length()
        transaction.non_zero_bytes = non_zero_bytes(encoding, start, data.length())

    def _take_legacy_signature(self, transaction: Transaction) -> U32:
        """Take v, r, s; v says which chain they are for. Raises MalformedRlp."""
        v = self.reader.u256()
        self._take_signature(transaction)
        base = V_UNPROTECTED
        if v != base and v != base + 1:
            base = V_PROTECTED + (U256(self.chain_id) << 1)
            if v != base and v != base + 1:
                return REASON_INVALID_ENCODING
            transaction.names_chain = True
        transaction.is_odd = v != base
        return U32(0)

    def _take_signature(self, transaction: Transaction) -> None:
        """Take r and s, with which the list must end. Raises MalformedRlp."""
        reader = self.reader
        transaction.r = reader.u256()
        transaction.s = reader.u256()
        reader.finish()


def leading_number(encoding: ByteView) -> U32:
    """The first item if it is a number of one byte, else `NOT_TYPED`."""
    length = encoding.length()
    if length == 0:
        return NOT_TYPED
    first = encoding[0]
    if first == 0 or first > U8(0x81):
        return NOT_TYPED
    if first < U8(0x80):
        return U32(first)
    if first == U8(0x80):
        return U32(0)
    if length == 1 or encoding[1] < U8(0x80):
        return NOT_TYPED
    return U32(encoding[1])
