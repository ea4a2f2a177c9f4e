"""Signed Ethereum transactions: fields to envelope and back (transactions spec 2).

Types 3 and 4 are those of EIP-4844 (without a sidecar) and EIP-7702. Unless told
otherwise encodings are canonical; what the guest makes of others is its business.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from zkos.host.rlp import Encodable, Item, RlpError, decode, encode
from zkos.host.signing import SIGNATURE_BYTES, address_of_key, keccak256, recover, sign
from zkos.host.transactions import (
    AccessListEntry,
    Authorization,
    FieldTransaction,
    Kind,
    TransactionError,
)

_FIRST_LEGACY_PREFIX: Final = 0xC0
_ITEMS: Final = {
    Kind.LEGACY: 9,
    Kind.EIP2930: 11,
    Kind.EIP1559: 12,
    Kind.EIP4844: 14,
    Kind.EIP7702: 13,
}
_AUTHORIZATION_MAGIC: Final = b"\x05"
_FIRST_V: Final = 27
_FIRST_EIP155_V: Final = 35


def encode_signed(transaction: FieldTransaction, chain_id: int) -> bytes:
    """The envelope of a transaction in a block of `chain_id`.

    Raises TransactionError where a signature is neither given nor computable.
    """
    chain_id = _chain_id(transaction, chain_id)
    r, s, parity = _signature(transaction, chain_id)
    v: Encodable = parity if transaction.v is None else transaction.v
    if transaction.kind is Kind.LEGACY:
        if transaction.v is None:
            first = _FIRST_EIP155_V + 2 * chain_id if transaction.eip155 else _FIRST_V
            v = first + parity
        return encode([*_payload(transaction, chain_id), v, r, s])
    prefix = bytes([transaction.kind.value])
    return prefix + encode([*_payload(transaction, chain_id), v, r, s])


def signing_hash(transaction: FieldTransaction, chain_id: int) -> bytes:
    """The digest a signature of this transaction covers, 32 bytes."""
    chain_id = _chain_id(transaction, chain_id)
    payload = _payload(transaction, chain_id)
    if transaction.kind is Kind.LEGACY:
        return keccak256(
            encode([*payload, chain_id, 0, 0] if transaction.eip155 else payload)
        )
    return keccak256(bytes([transaction.kind.value]) + encode(payload))


def hash_of_signed(data: bytes) -> bytes:
    """The transaction's hash: of the bytes as given (transactions spec 5)."""
    return keccak256(data)


def authorization_hash(entry: Authorization, chain_id: int) -> bytes:
    """The digest an authorization's signature covers (EIP-7702)."""
    chain_id = chain_id if entry.chain_id is None else entry.chain_id
    target = entry.address.to_bytes(20, "big")
    return keccak256(_AUTHORIZATION_MAGIC + encode([chain_id, target, entry.nonce]))


def sender_of(transaction: FieldTransaction, chain_id: int) -> int:
    """Who is said to send a transaction, else who signs or signed it.

    Raises TransactionError if there is none.
    """
    if transaction.sender is not None:
        return transaction.sender
    if transaction.private_key is not None:
        return _address_of_key(transaction.private_key, "private_key")
    if transaction.signature is None:
        raise TransactionError("from", "missing, and no private_key to compute it from")
    sender = recover(signing_hash(transaction, chain_id), transaction.signature)
    if sender is None:
        raise TransactionError("signature", "recovers no sender, and no 'from'")
    return sender


def decode_signed(data: bytes) -> FieldTransaction:
    """The fields, signature and recovered sender of a signed transaction.

    The chain id is the one it was signed for; `v` is brought to 27 or 28. An
    unrecoverable signature gives sender 0. Raises TransactionError.
    """
    kind, items = _open_envelope(data)
    transaction = _legacy(items) if kind is Kind.LEGACY else _typed(kind, items)
    assert transaction.signature is not None
    digest = signing_hash(transaction, transaction.chain_id or 0)
    return replace(transaction, sender=recover(digest, transaction.signature) or 0)


def _chain_id(transaction: FieldTransaction, of_block: int) -> int:
    return of_block if transaction.chain_id is None else transaction.chain_id


def _payload(transaction: FieldTransaction, chain_id: int) -> list[Encodable]:
    """What is signed, but for the chain id of legacy transactions."""
    kind = transaction.kind
    price: list[Encodable] = [transaction.max_fee_per_gas]
    if not kind.has_gas_price:
        tip = transaction.max_priority_fee_per_gas
        price.insert(0, transaction.max_fee_per_gas if tip is None else tip)
    items: list[Encodable] = [
        transaction.nonce,
        *price,
        transaction.gas_limit,
        b"" if transaction.to is None else transaction.to.to_bytes(20, "big"),
        transaction.value,
        transaction.data,
    ]
    if kind is Kind.LEGACY:
        return items
    items = [chain_id, *items, _access_items(transaction.access_list or ())]
    if kind is Kind.EIP4844:
        hashes = [number.to_bytes(32, "big") for number in transaction.blob_hashes]
        items += [transaction.max_fee_per_blob_gas, hashes]
    if kind is Kind.EIP7702:
        entries = transaction.authorization_list
        items.append([_authorization_items(entry, chain_id) for entry in entries])
    return items


def _access_items(entries: tuple[AccessListEntry, ...]) -> Encodable:
    return [
        [
            entry.address.to_bytes(20, "big"),
            [key.to_bytes(32, "big") for key in entry.storage_keys],
        ]
        for entry in entries
    ]


def _authorization_items(entry: Authorization, chain_id: int) -> Encodable:
    r, s, y = entry.r, entry.s, entry.y
    if entry.private_key is not None:
        _address_of_key(entry.private_key, "authorization_list.private_key")
        made = sign(entry.private_key, authorization_hash(entry, chain_id))
        r = int.from_bytes(made[:32], "big") if r is None else r
        s = int.from_bytes(made[32:64], "big") if s is None else s
        y = made[64] - _FIRST_V if y is None else y
    if r is None or s is None or y is None:
        raise TransactionError("authorization_list", "needs private_key, or y, r and s")
    target = entry.address.to_bytes(20, "big")
    known = chain_id if entry.chain_id is None else entry.chain_id
    return [known, target, entry.nonce, y, r, s]


def _signature(transaction: FieldTransaction, chain_id: int) -> tuple[int, int, int]:
    """Numbers r, s and the parity of the point."""
    made = transaction.signature
    if made is None:
        if transaction.private_key is None:
            raise TransactionError("private_key", "missing, and no signature instead")
        _address_of_key(transaction.private_key, "private_key")
        made = sign(transaction.private_key, signing_hash(transaction, chain_id))
    if len(made) != SIGNATURE_BYTES:
        raise TransactionError("signature", f"{len(made)} bytes, expected 65")
    parity = made[64] - _FIRST_V if made[64] >= _FIRST_V else made[64]
    r, s = made[:32], made[32:64]
    return int.from_bytes(r, "big"), int.from_bytes(s, "big"), parity


def _address_of_key(private_key: bytes, field: str) -> int:
    try:
        return address_of_key(private_key)
    except ValueError as error:
        raise TransactionError(field, "not a secp256k1 key") from error


def _open_envelope(data: bytes) -> tuple[Kind, Sequence[Item]]:
    if not data:
        raise TransactionError("raw", "empty")
    kind, payload = Kind.LEGACY, data
    if data[0] < _FIRST_LEGACY_PREFIX:
        kinds = {kind.value: kind for kind in _ITEMS if kind is not Kind.LEGACY}
        if data[0] not in kinds:
            raise TransactionError("raw", f"unsupported type byte {data[0]:#04x}")
        kind, payload = kinds[data[0]], data[1:]
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
    eip155 = v >= _FIRST_EIP155_V
    return FieldTransaction(
        kind=Kind.LEGACY,
        nonce=_number("nonce", nonce),
        max_fee_per_gas=_number("gas_price", price),
        gas_limit=_number("gas_limit", gas_limit),
        to=_target(to),
        value=_number("value", value),
        data=_bytes("data", data),
        eip155=eip155,
        chain_id=(v - _FIRST_EIP155_V) // 2 if eip155 else None,
        signature=_signature_bytes(r, s, 27 + (v - 35) % 2 if eip155 else v),
    )


def _typed(kind: Kind, items: Sequence[Item]) -> FieldTransaction:
    chain_id, nonce, *fees = items[: 3 if kind is Kind.EIP2930 else 4]
    gas_limit, to, value, data, access_list, *more = items[2 + len(fees) : -3]
    parity, r, s = items[-3:]
    made = FieldTransaction(
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
        signature=_signature_bytes(r, s, _FIRST_V + _number("y_parity", parity)),
    )
    if kind is Kind.EIP4844:
        hashes = tuple(_fixed(item, 32) for item in _list("blob_hashes", more[1]))
        fee = _number("max_fee_per_blob_gas", more[0])
        made = replace(made, max_fee_per_blob_gas=fee, blob_hashes=hashes)
    if kind is Kind.EIP7702:
        entries = tuple(map(_authorization, _list("authorization_list", more[0])))
        made = replace(made, authorization_list=entries)
    return made


def _access_list(items: Item) -> tuple[AccessListEntry, ...]:
    entries = []
    for item in _list("access_list", items):
        pair = _list("access_list", item)
        if len(pair) != 2:
            raise TransactionError("raw.access_list", "an entry is not [address, keys]")
        slots = tuple(_fixed(key, 32) for key in _list("access_list", pair[1]))
        entries.append(AccessListEntry(_fixed(pair[0], 20), slots))
    return tuple(entries)


def _authorization(item: Item) -> Authorization:
    parts = _list("authorization_list", item)
    if len(parts) != 6:
        raise TransactionError("raw.authorization_list", "an entry has not six parts")
    chain_id, address, *numbers = parts
    nonce, y, r, s = (_number("authorization_list", number) for number in numbers)
    known = _number("authorization_list", chain_id)
    return Authorization(_fixed(address, 20), nonce, known, None, y, r, s)


def _list(field: str, item: Item) -> Sequence[Item]:
    if isinstance(item, bytes):
        raise TransactionError(f"raw.{field}", "bytes where a list belongs")
    return item


def _fixed(item: Item, length: int) -> int:
    content = _bytes("access_list", item)
    if len(content) != length:
        raise TransactionError("raw", f"an item is not {length} bytes long")
    return int.from_bytes(content, "big")


def _signature_bytes(r: Item, s: Item, v: int) -> bytes:
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
