"""Transactions from L1: the ABI body of types 0x7f and 0x7e (transactions spec 4).

Nineteen words and five items behind them; without the tuple's offset before.
"""

from typing import Final

from zkos.host.signing import keccak256
from zkos.host.transactions import FieldTransaction, Kind, TransactionError

_WORD: Final = 32
_HEAD_BYTES: Final = 19 * _WORD
_RESERVED: Final = 10
"""First of the four reserved words."""
_TAIL: Final = 14
"""Word with the offset of the first item of the tail."""
_ADDRESS_LIMIT: Final = 1 << 160
_NO_TARGET: Final = 1
"""Where a reference encoder sends refunds of a transaction without a target."""


def encode_body(transaction: FieldTransaction) -> bytes:
    """The body the guest reads.

    Raises TransactionError when there is no sender, or a number does not fit its word.
    """
    if transaction.sender is None:
        raise TransactionError("from", "missing")
    priority_fee = transaction.max_priority_fee_per_gas
    if priority_fee is None:
        priority_fee = transaction.max_fee_per_gas
    head = [
        transaction.kind.value,
        transaction.sender,
        transaction.to or 0,
        transaction.gas_limit,
        transaction.gas_per_pubdata,
        transaction.max_fee_per_gas,
        priority_fee,
        0,
        transaction.nonce,
        transaction.value,
        *_reserved(transaction),
    ]
    tail = [
        _bytes_item(transaction.data),
        _bytes_item(transaction.signature or b""),
        _words([len(transaction.factory_deps)]) + b"".join(transaction.factory_deps),
        _bytes_item(b""),
        _bytes_item(transaction.reserved_dynamic),
    ]
    offsets, position = [], _HEAD_BYTES
    for item in tail:
        offsets.append(position)
        position += len(item)
    return b"".join([_words(head), _words(offsets), *tail])


def hash_of_body(body: bytes) -> bytes:
    """The transaction's hash (transactions spec 5)."""
    return keccak256(_words([_WORD]) + body)


def decode_body(data: bytes) -> FieldTransaction:
    """The fields of a body, which encode to the same bytes.

    Raises TransactionError where no fields do.
    """
    try:
        fields = _Body(data).fields()
        if encode_body(fields) == data:
            return fields
    except (IndexError, ValueError) as error:
        raise TransactionError("encoded", "not a body") from error
    raise TransactionError("encoded", "not as fields are encoded")


def _reserved(transaction: FieldTransaction) -> list[int]:
    deposit = transaction.mint_value
    if deposit is None:
        fee = transaction.gas_limit * transaction.max_fee_per_gas
        deposit = transaction.value + fee if transaction.kind is Kind.L1 else 0
    recipient = transaction.refund_recipient
    if recipient is None:
        recipient = _NO_TARGET if transaction.to is None else 0
    words = [deposit, recipient, 0, 0]
    for index, override in enumerate(transaction.reserved):
        if override is not None:
            words[index] = override
    return words


def _bytes_item(content: bytes) -> bytes:
    return _words([len(content)]) + content + bytes(-len(content) % _WORD)


def _words(numbers: list[int]) -> bytes:
    try:
        return b"".join(number.to_bytes(_WORD, "big") for number in numbers)
    except OverflowError as error:
        raise TransactionError("fields", "a number does not fit 256 bits") from error


class _Body:
    """The words and items of an encoded body. IndexError beyond its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def fields(self) -> FieldTransaction:
        """What they say. ValueError for odd ones."""
        kind = Kind(self._word(0))
        if kind.is_signed:
            raise ValueError
        return FieldTransaction(
            kind=kind,
            sender=self._address(1),
            to=self._address(2),
            gas_limit=self._word(3),
            gas_per_pubdata=self._word(4),
            max_fee_per_gas=self._word(5),
            max_priority_fee_per_gas=self._word(6),
            nonce=self._word(8),
            value=self._word(9),
            mint_value=self._word(_RESERVED),
            refund_recipient=self._word(_RESERVED + 1),
            reserved=self._overrides(),
            data=self._item(0),
            signature=self._item(1) or None,
            factory_deps=self._words_of_item(2),
            reserved_dynamic=self._item(4),
        )

    def _overrides(self) -> tuple[int | None, ...]:
        last = self._word(_RESERVED + 2), self._word(_RESERVED + 3)
        return (None, None, *last) if any(last) else ()

    def _word(self, index: int) -> int:
        return self._number(index * _WORD)

    def _address(self, index: int) -> int:
        number = self._word(index)
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
        start = self._word(_TAIL + number)
        return self._slice(start + _WORD, self._number(start))

    def _words_of_item(self, number: int) -> tuple[bytes, ...]:
        start = self._word(_TAIL + number)
        content = self._slice(start + _WORD, self._number(start) * _WORD)
        return tuple(content[at : at + _WORD] for at in range(0, len(content), _WORD))
