"""Transactions given as bytes: to the host's fields, and to the bootloader's bytes.

Knows legacy, EIP-2930 and EIP-1559 envelopes, and the bodies `encode_fields` makes;
anything else is a TransactionError.
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
_WORD: Final = 32
_RESERVED: Final = 10
"""First of the four reserved words of a body."""
_TAIL: Final = 14
"""Word of a body with the offset of the first item of the tail."""
_ADDRESS_LIMIT: Final = 1 << 160


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


def decode_encoded(data: bytes, chain_id: int) -> FieldTransaction:
    """The fields, signature and sender of a body, in a block of `chain_id`.

    They encode to the same bytes. Raises TransactionError where no fields do.
    """
    try:
        fields = _Body(data).fields()
        if encode_fields(fields, chain_id) == data:
            return fields
    except (IndexError, ValueError) as error:
        raise TransactionError("encoded", "not a body") from error
    raise TransactionError("encoded", "not as fields are encoded")


def decode_transaction(transaction: Transaction, chain_id: int) -> FieldTransaction:
    """The fields of any transaction; raises TransactionError."""
    match transaction:
        case RawTransaction(data):
            return decode_raw(data)
        case EncodedTransaction(data):
            return decode_encoded(data, chain_id)
        case FieldTransaction():
            return transaction


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


class _Body:
    """The words and items of an encoded body. IndexError beyond its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def fields(self) -> FieldTransaction:
        """What they say (transactions spec 2 to 4). ValueError for odd ones."""
        kind = Kind(self.word(0))
        signed = kind.is_signed
        reserved = [self.word(_RESERVED + index) for index in range(4)]
        eip155 = kind is not Kind.LEGACY or reserved[0] == 1
        creates = kind in _ITEMS and reserved[1] == 1
        computed = [int(kind is Kind.LEGACY and eip155), int(creates), 0, 0]
        if not signed:
            computed[:2] = reserved[:2]
        overrides = tuple(
            None if word == usual else word
            for word, usual in zip(reserved, computed, strict=True)
        )
        access_list = None if kind is Kind.LEGACY else self._access_list()
        return FieldTransaction(
            kind=kind,
            sender=self._address(1),
            to=None if creates else self._address(2),
            gas_limit=self.word(3),
            gas_per_pubdata=self.word(4),
            max_fee_per_gas=self.word(5),
            max_priority_fee_per_gas=self.word(6),
            paymaster=self._address(7),
            nonce=self.word(8),
            value=self.word(9),
            eip155=eip155,
            mint_value=None if signed else reserved[0],
            refund_recipient=None if signed else reserved[1],
            reserved=overrides if any(overrides) else (),
            data=self._item(0),
            signature=self._item(1) if signed else self._item(1) or None,
            factory_deps=self._words_of_item(2),
            paymaster_input=self._item(3),
            access_list=access_list,
            reserved_dynamic=None if access_list is not None else self._item(4) or None,
        )

    def word(self, index: int) -> int:
        return self._number(index * _WORD)

    def _address(self, index: int) -> int:
        number = self.word(index)
        if number >= _ADDRESS_LIMIT:
            raise ValueError
        return number

    def _number(self, start: int) -> int:
        return int.from_bytes(self._slice(start, _WORD), "big")

    def _slice(self, start: int, length: int) -> bytes:
        if start + length > len(self._data):
            raise IndexError
        return self._data[start : start + length]

    def _item(self, number: int) -> bytes:
        """The content of an item of the tail."""
        start = self.word(_TAIL + number)
        return self._slice(start + _WORD, self._number(start))

    def _words_of_item(self, number: int) -> tuple[bytes, ...]:
        start = self.word(_TAIL + number)
        content = self._slice(start + _WORD, self._number(start) * _WORD)
        return tuple(content[at : at + _WORD] for at in range(0, len(content), _WORD))

    def _access_list(self) -> tuple[AccessListEntry, ...] | None:
        """Its entries if they lie one after another, else None."""
        content = _Body(self._item(4))
        entries: list[AccessListEntry] = []
        try:
            position = 4 + content.word(3)
            while len(entries) < content.word(3):
                keys = range(position + 3, position + 3 + content.word(position + 2))
                content.word(keys.stop - 1)
                entries.append(
                    AccessListEntry(
                        content._address(position), tuple(map(content.word, keys))
                    )
                )
                position = keys.stop
        except (IndexError, ValueError):
            return None
        return tuple(entries)
