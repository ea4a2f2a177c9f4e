"""What the guest reads of a transaction: bytes, their format, the claimed sender."""

from typing import Final, NamedTuple

from zkos.guest.protocol.queries import ENCODING_ABI, ENCODING_RLP
from zkos.host.codecs.abi import decode_body, encode_body, hash_of_body
from zkos.host.codecs.rlp import (
    decode_signed,
    encode_signed,
    hash_of_signed,
    sender_of,
)
from zkos.host.codecs.service import decode_service, encode_service, operator_of
from zkos.host.transactions import (
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
    Transaction,
    TransactionError,
)

ABI: Final = int(ENCODING_ABI)
RLP: Final = int(ENCODING_RLP)


class Delivery(NamedTuple):
    """A transaction as it is served."""

    data: bytes
    format: int
    """0 ABI, 1 RLP; others are lies."""
    sender: int
    """Asked for with RLP only, and not believed."""

    @property
    def hash(self) -> bytes:
        """Of a transaction that is what its format says (transactions spec 5)."""
        of = hash_of_signed if self.format == RLP else hash_of_body
        return of(self.data)


def deliver(transaction: Transaction, chain_id: int) -> Delivery:
    """A transaction of a block of `chain_id`, ready to be served.

    Raises TransactionError.
    """
    data, told, sender = _usual(transaction, chain_id)
    if transaction.format is not None:
        told = transaction.format
    return Delivery(data, told, sender)


def _usual(transaction: Transaction, chain_id: int) -> tuple[bytes, int, int]:
    """Bytes, the format they are in, and sender."""
    match transaction:
        case RawTransaction(data, sender):
            return data, RLP, _signer(data) if sender is None else sender
        case EncodedTransaction(data, sender):
            return data, ABI, sender or 0
        case FieldTransaction():
            if transaction.kind.is_from_l1:
                return encode_body(transaction), ABI, transaction.sender or 0
            if transaction.kind is Kind.SERVICE:
                return encode_service(transaction), RLP, operator_of(transaction)
            sender = sender_of(transaction, chain_id)
            return encode_signed(transaction, chain_id), RLP, sender


def decode_transaction(transaction: Transaction) -> FieldTransaction:
    """The fields of any transaction; raises TransactionError."""
    match transaction:
        case RawTransaction(data) if data[:1] == bytes([Kind.SERVICE.value]):
            return decode_service(data)
        case RawTransaction(data):
            return decode_signed(data)
        case EncodedTransaction(data):
            return decode_body(data)
        case FieldTransaction():
            return transaction


def _signer(data: bytes) -> int:
    """Who signed an envelope; 0 where that cannot be found out."""
    try:
        return decode_transaction(RawTransaction(data)).sender or 0
    except TransactionError:
        return 0
