"""Signed Ethereum transactions: from RLP to the host's fields.

Knows legacy, EIP-2930 and EIP-1559 envelopes; other types are a TransactionError.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import rlp

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
    if kind is Kind.LEGACY:
        transaction = _legacy(items)
    else:
        transaction = _typed(kind, items)
    chain_id = transaction.chain_id or 0
    digest = signing_hash(transaction, 0, chain_id)
    assert transaction.signature is not None
    return replace(transaction, sender=recover(digest, transaction.signature) or 0)


def _open_envelope(data: bytes) -> tuple[Kind, Sequence[Any]]:
    if not data:
        raise TransactionError("raw", "empty")
    kind, payload = Kind.LEGACY, data
    if data[0] < _FIRST_LEGACY_PREFIX:
        if data[0] not in (Kind.EIP2930.value, Kind.EIP1559.value):
            raise TransactionError("raw", f"unsupported type byte {data[0]:#04x}")
        kind, payload = Kind(data[0]), data[1:]
    try:
        items = rlp.decode(payload)
    except (rlp.DecodingError, RecursionError) as error:
        raise TransactionError("raw", f"not RLP: {error}") from error
    if not isinstance(items, Sequence) or isinstance(items, bytes):
        raise TransactionError("raw", "not an RLP list")
    if len(items) != _ITEMS[kind]:
        raise TransactionError("raw", f"{len(items)} items, expected {_ITEMS[kind]}")
    return kind, items


def _legacy(items: Sequence[Any]) -> FieldTransaction:
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


def _typed(kind: Kind, items: Sequence[Any]) -> FieldTransaction:
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


def _access_list(items: Any) -> tuple[AccessListEntry, ...]:
    if isinstance(items, bytes):
        raise TransactionError("access_list", "not a list")
    entries = []
    for item in items:
        if isinstance(item, bytes) or len(item) != 2 or isinstance(item[1], bytes):
            raise TransactionError("access_list", "an entry is not [address, keys]")
        address, keys = item
        if len(_bytes("access_list", address)) != 20:
            raise TransactionError("access_list", "an address is not 20 bytes long")
        if any(len(_bytes("access_list", key)) != 32 for key in keys):
            raise TransactionError("access_list", "a key is not 32 bytes long")
        slots = tuple(int.from_bytes(key, "big") for key in keys)
        entries.append(AccessListEntry(int.from_bytes(address, "big"), slots))
    return tuple(entries)


def _signature(r: Any, s: Any, v: int) -> bytes:
    if v > 255:
        raise TransactionError("raw.v", "out of range")
    return (
        _number("r", r).to_bytes(32, "big")
        + _number("s", s).to_bytes(32, "big")
        + bytes([v])
    )


def _target(item: Any) -> int | None:
    target = _bytes("to", item)
    if len(target) not in (0, 20):
        raise TransactionError("raw.to", "neither empty nor 20 bytes long")
    return int.from_bytes(target, "big") if target else None


def _number(field: str, item: Any) -> int:
    digits = _bytes(field, item)
    if len(digits) > 32 or digits[:1] == b"\0":
        raise TransactionError(f"raw.{field}", "not a minimal number of 256 bits")
    return int.from_bytes(digits, "big")


def _bytes(field: str, item: Any) -> bytes:
    if not isinstance(item, bytes):
        raise TransactionError(f"raw.{field}", "a list where bytes belong")
    return item
