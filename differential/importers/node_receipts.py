"""Blocks and receipts as a node of ZKsync OS stores them in its repository, in RLP."""

from dataclasses import dataclass
from typing import Final, Self

from zkos.host.expected import ExpectedL1Log, ExpectedLog, ExpectedTransaction
from zkos.host.rlp import Item, RlpError, decode

_FIRST_LIST: Final = 0xC0
"""Receipts of legacy transactions have no type before their list."""
_RECEIPT_ITEMS: Final = 5
_META_ITEMS: Final = (7, 8)
"""Without and with the address of a new contract."""
_GAS_USED: Final = 6
_L1_LOG_ITEMS: Final = 6
_LOG_ITEMS: Final = 3
_HASH_BYTES: Final = 32


class ReceiptError(ValueError):
    """Bytes that are not what a node stores; the text says why."""


def read_block(content: bytes) -> list[bytes]:
    """The hashes of a block's transactions, in order; raises ReceiptError."""
    items = _list(_decoded("a block", content), "a block")
    if len(items) < 3:
        raise ReceiptError("a block of other items")
    hashes = [_string(item) for item in _list(items[1], "the list of transactions")]
    if any(len(digest) != _HASH_BYTES for digest in hashes):
        raise ReceiptError("a transaction that is not called by a hash")
    return hashes


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """What a node says of a transaction."""

    expected: ExpectedTransaction
    l1_logs: tuple[ExpectedL1Log, ...]

    @classmethod
    def read(cls, digest: bytes, content: bytes, meta: bytes) -> Self:
        """From the receipt and the facts beside it; raises ReceiptError."""
        kind = 0
        if content and content[0] < _FIRST_LIST:
            kind, content = content[0], content[1:]
        receipt = _list(_decoded("a receipt", content), "a receipt")
        facts = _list(_decoded("facts of a receipt", meta), "facts of a receipt")
        if len(receipt) != _RECEIPT_ITEMS or len(facts) not in _META_ITEMS:
            raise ReceiptError("a receipt of other items")
        status, _, _, logs, l1_logs = receipt
        succeeded = _number(status) == 1
        created = _number(facts[-1]) if len(facts) == max(_META_ITEMS) else 0
        expected = ExpectedTransaction(
            status="success" if succeeded else "reverted",
            gas_used=_number(facts[_GAS_USED]),
            logs=tuple(map(_log, _list(logs, "logs"))),
            hash=int.from_bytes(digest, "big"),
            type=kind,
            created=created if succeeded else 0,
        )
        return cls(expected, tuple(map(_l1_log, _list(l1_logs, "logs for L1"))))


def _log(item: Item) -> ExpectedLog:
    items = _list(item, "a log")
    if len(items) != _LOG_ITEMS:
        raise ReceiptError("a log of other items")
    address, topics, data = items
    return ExpectedLog(
        _number(address), tuple(map(_number, _list(topics, "topics"))), _string(data)
    )


def _l1_log(item: Item) -> ExpectedL1Log:
    items = _list(item, "a log for L1")
    if len(items) != _L1_LOG_ITEMS:
        raise ReceiptError("a log for L1 of other items")
    return ExpectedL1Log(*map(_number, items[2:]))


def _decoded(what: str, content: bytes) -> Item:
    try:
        return decode(content)
    except RlpError as error:
        raise ReceiptError(f"{what} that is no RLP: {error}") from error


def _list(item: Item, what: str) -> list[Item]:
    if isinstance(item, bytes):
        raise ReceiptError(f"{what} that is no list")
    return list(item)


def _string(item: Item) -> bytes:
    if not isinstance(item, bytes):
        raise ReceiptError("a list where a string is expected")
    return item


def _number(item: Item) -> int:
    return int.from_bytes(_string(item), "big")
