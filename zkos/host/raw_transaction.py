"""Signed Ethereum transactions: from RLP to the host's fields.

Knows legacy, EIP-2930 and EIP-1559 envelopes; other types are a TransactionError.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from zkos.host.rlp import Item, RlpError, decode
from zkos.host.signing import recover
from zkos.host.transactions import (
    AccessListEntry,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
    Transaction,
    TransactionError,
    encode_fields,
    signing_hash,
)

_FIRST_LEGACY_PREFIX: Final = 0xC0
_ITEMS: Final = {Kind.LEGACY: 9, Kind.EIP2930: 11, Kind.EIP1559: 12}


def encode(transaction: Transaction, chain_id: int) -> bytes:
    """The bytes the bootloader reads of any transaction, in a block of `chain_id`.

    Raises TransactionError.
    """
    match transaction:
        case EncodedTransaction(data):
            return data
        case RawTransaction(data):
            return encode_fields(decode_raw(data), chain_id)
        case FieldTransaction():
            return encode_fields(transaction, chain_id)


def decode_raw(data: bytes) -> FieldTransaction:
    """The fields, signature and recovered sender of a signed transaction.

    The chain id is the one it was signed for; `v` is brought to 27 or 28. An
    unrecoverable signature gives sender 0. Raises TransactionError.
    """
    kind, items = _open_envelope(data)
    transaction = _legacy(items) if kind is Kind.LEGACY else _typed(kind, items)
    chain_id = transaction.chain_id or 0
    digest = signing_hash(transaction, 0, chain_id)
    assert transaction.signature is not None
    return replace(transaction, sender=recover(digest, transaction.signature) or 0)


def _open_envelope(data: bytes) -> tuple[Kind, Sequence[Item]]:
    if not data:
        raise TransactionError("raw", "empty")
    kind, payload = Kind.LEGACY, data
    if data[0] < _FIRST_LEGACY_PREFIX:
        if data[0] not in (Kind.EIP2930.value, Kind.EIP1559.value):
            raise TransactionError("raw", f"unsupported type byte {data[0]:#04x}")
        kind, payload = Kind(data[0]), data[1:]
    try:
        items = decode(payload)
    except RlpError as error:
        raise TransactionError("raw", f"not RLP: {error}") from error
    if isinstance(items, bytes):
        raise TransactionError("raw", "not an RLP list")
    if len(items) != _ITEMS[kind]:
        raise TransactionError("raw", f"{len(items)} items, expected {_ITEMS[kind]}")
    return kind, items


def _legacy(items: Sequence[Item]) -> FieldTransaction:
    nonce, price, gas_limit, to, value, data, v_item, r, s = items
    v = _number("v", v_item)
    eip155 = v >= 35
    return FieldTransaction(
        kind=Kind.LEGACY,
        nonce=_number("nonce", nonce),
        max_fee_per_gas=_number("gas_price", price),
        gas_limit=_number("gas_limit", gas_limit),
        to=_target(to),
        value=_number("value", value),
        data=_bytes("data", data),
        eip155=eip155,
        chain_id=(v - 35) // 2 if eip155 else None,
        signature=_signature(r, s, 27 + (v - 35) % 2 if eip155 else v),
    )


def _typed(kind: Kind, items: Sequence[Item]) -> FieldTransaction:
    chain_id, nonce, *fees = items[:-8]
    gas_limit, to, value, data, access_list, parity, r, s = items[-8:]
    return FieldTransaction(
        kind=kind,
        chain_id=_number("chain_id", chain_id),
        nonce=_number("nonce", nonce),
        max_priority_fee_per_gas=_number("max_priority_fee_per_gas", fees[0]),
        max_fee_per_gas=_number("max_fee_per_gas", fees[-1]),
        gas_limit=_number("gas_limit", gas_limit),
        to=_target(to),
        value=_number("value", value),
        data=_bytes("data", data),
        access_list=_access_list(access_list),
        signature=_signature(r, s, 27 + _number("y_parity", parity)),
    )


def _access_list(items: Item) -> tuple[AccessListEntry, ...]:
    entries = []
    for item in _list(items):
        pair = _list(item)
        if len(pair) != 2:
            raise TransactionError("raw.access_list", "an entry is not [address, keys]")
        slots = tuple(_fixed(key, 32) for key in _list(pair[1]))
        entries.append(AccessListEntry(_fixed(pair[0], 20), slots))
    return tuple(entries)


def _list(item: Item) -> Sequence[Item]:
    if isinstance(item, bytes):
        raise TransactionError("raw.access_list", "bytes where a list belongs")
    return item


def _fixed(item: Item, length: int) -> int:
    content = _bytes("access_list", item)
    if len(content) != length:
        raise TransactionError("raw.access_list", f"an item is not {length} bytes long")
    return int.from_bytes(content, "big")


def _signature(r: Item, s: Item, v: int) -> bytes:
    if v > 255:
        raise TransactionError("raw.v", "out of range")
    return (
        _number("r", r).to_bytes(32, "big")
        + _number("s", s).to_bytes(32, "big")
        + bytes([v])
    )


def _target(item: Item) -> int | None:
    target = _bytes("to", item)
    if len(target) not in (0, 20):
        raise TransactionError("raw.to", "neither empty nor 20 bytes long")
    return int.from_bytes(target, "big") if target else None


def _number(field: str, item: Item) -> int:
    digits = _bytes(field, item)
    if len(digits) > 32 or digits[:1] == b"\0":
        raise TransactionError(f"raw.{field}", "not a minimal number of 256 bits")
    return int.from_bytes(digits, "big")


def _bytes(field: str, item: Item) -> bytes:
    if not isinstance(item, bytes):
        raise TransactionError(f"raw.{field}", "a list where bytes belong")
    return item
