"""Service transactions: fields to envelope and back (v31 transactions spec 9).

A list of recipient, calldata and a salt; who sends them is always the same.
"""

from typing import Final

from zkos.guest.protocol.addresses import BOOTLOADER
from zkos.host.rlp import Item, RlpError, decode, encode
from zkos.host.transactions import FieldTransaction, Kind, TransactionError

_PREFIX: Final = bytes([Kind.SERVICE.value])
_ADDRESS_BYTES: Final = 20


def encode_service(transaction: FieldTransaction) -> bytes:
    """The envelope; raises TransactionError without a recipient."""
    if transaction.to is None:
        raise TransactionError("to", "missing")
    target = transaction.to.to_bytes(_ADDRESS_BYTES, "big")
    return _PREFIX + encode([target, transaction.data, transaction.nonce])


def operator_of(transaction: FieldTransaction) -> int:
    """Who is said to send it."""
    return int(BOOTLOADER) if transaction.sender is None else transaction.sender


def decode_service(data: bytes) -> FieldTransaction:
    """The fields of an envelope; raises TransactionError."""
    try:
        items = decode(data[1:])
    except RlpError as error:
        raise TransactionError("raw", str(error)) from error
    if isinstance(items, bytes) or len(items) != 3:
        raise TransactionError("raw", "not three items")
    target, call, salt = (_string(item) for item in items)
    if len(target) != _ADDRESS_BYTES:
        raise TransactionError("raw", "no recipient")
    return FieldTransaction(
        Kind.SERVICE,
        gas_limit=0,
        max_fee_per_gas=0,
        to=int.from_bytes(target, "big"),
        data=call,
        nonce=int.from_bytes(salt, "big"),
        sender=int(BOOTLOADER),
    )


def _string(item: Item) -> bytes:
    if not isinstance(item, bytes):
        raise TransactionError("raw", "a list among the items")
    return item
