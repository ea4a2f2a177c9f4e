"""Signed transactions read by the letter of transactions spec 2 and 3, to compare."""

from typing import Final

from zkos.guest.protocol import report
from zkos.host.transactions import Kind
from zkos.lang.ints import U32

_TYPED: Final = (Kind.EIP2930, Kind.EIP1559, Kind.EIP7702)
_KEY_BYTES: Final = 33
"""Of an encoded storage key; its first byte is looked at later only."""
_SHORT: Final = 56
_LENGTH_BYTES: Final = 4


class Refused(Exception):
    """Why a transaction is dropped when it is decoded."""

    def __init__(self, reason: U32) -> None:
        super().__init__(int(reason))
        self.reason = int(reason)


class _Malformed(Exception):
    pass


class _Items:
    """Consecutive items, each to be taken as what it must be."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def string(self) -> bytes:
        head = self._take(1)
        if head[0] < 0x80:
            return head
        if head[0] >= 0xC0:
            raise _Malformed
        content = self._take(self._length(head[0] - 0x80))
        if len(content) == 1 and content[0] < 0x80:
            raise _Malformed
        return content

    def sublist(self) -> "_Items":
        head = self._take(1)[0]
        if head < 0xC0:
            raise _Malformed
        return _Items(self._take(self._length(head - 0xC0)))

    def number(self, size: int) -> int:
        digits = self.string()
        if len(digits) > size or digits[:1] == b"\0":
            raise _Malformed
        return int.from_bytes(digits, "big")

    def fixed(self, size: int) -> bytes:
        content = self.string()
        if len(content) != size:
            raise _Malformed
        return content

    def finish(self) -> None:
        if self.data:
            raise _Malformed

    def _length(self, short: int) -> int:
        """The length that the rest of a first byte stands for."""
        if short < _SHORT:
            return short
        digits = self._take(short - _SHORT + 1)
        length = int.from_bytes(digits, "big")
        if len(digits) > _LENGTH_BYTES or digits[0] == 0 or length < _SHORT:
            raise _Malformed
        return length

    def _take(self, size: int) -> bytes:
        taken, self.data = self.data[:size], self.data[size:]
        if len(taken) != size:
            raise _Malformed
        return taken


def read_envelope(data: bytes, chain_id: int) -> list[int]:
    """What matters of a signed transaction; raises Refused.

    Type, nonce, priority and highest fee, gas limit, whether it creates, target, value,
    length of the data and how many of its bytes are not zero, length of what is signed,
    whether that names the chain, parity, r, s, length of the access list, number of
    authorizations.
    """
    kind = _kind(data)
    if kind is None:
        raise Refused(report.REASON_INVALID_ENCODING)
    try:
        return _read(kind, data[kind is not Kind.LEGACY :], chain_id)
    except _Malformed:
        raise Refused(report.REASON_INVALID_STRUCTURE) from None


def _kind(data: bytes) -> Kind | None:
    """The type by the first item if that is a number of a byte, else legacy."""
    first = _Items(data)
    try:
        number = first.number(1)
    except _Malformed:
        return Kind.LEGACY
    return next((kind for kind in _TYPED if kind.value == number), None)


def _read(kind: Kind, data: bytes, chain_id: int) -> list[int]:
    outer = _Items(data)
    items = outer.sublist()
    outer.finish()
    length = len(items.data)
    named = chain_id if kind is Kind.LEGACY else items.number(8)
    nonce = items.number(8)
    priority = None if kind.has_gas_price else items.number(32)
    fee, gas_limit = items.number(32), items.number(8)
    to = items.string()
    if len(to) != 20 and (to or kind is Kind.EIP7702):
        raise _Malformed
    value, content = items.number(32), items.string()
    listed = 0 if kind is Kind.LEGACY else _access_list(items)
    authorized = _authorizations(items) if kind is Kind.EIP7702 else 0
    signed = length - len(items.data)
    v = items.number(32 if kind is Kind.LEGACY else 8)
    if kind is not Kind.LEGACY and v > 1:
        raise _Malformed
    r, s = items.number(32), items.number(32)
    items.finish()
    names_chain = False
    if kind is Kind.LEGACY and v not in (27, 28):
        names_chain, v = True, v - 2 * chain_id - 8
        if v not in (27, 28):
            raise Refused(report.REASON_INVALID_ENCODING)
    if named != chain_id:
        raise Refused(report.REASON_INVALID_CHAIN_ID)
    parity = v - 27 if kind is Kind.LEGACY else v
    fees = (fee if priority is None else priority, fee)
    target = (not to, int.from_bytes(to, "big"))
    nonzero = len(content) - content.count(0)
    head = [kind.value, nonce, *fees, gas_limit, *map(int, target), value]
    data_facts = [len(content), nonzero]
    signature = [signed, int(names_chain), parity, r, s]
    return [*head, *data_facts, *signature, listed, authorized]


def _access_list(items: _Items) -> int:
    """Check an access list; the length of its content."""
    entries = items.sublist()
    length = len(entries.data)
    while entries.data:
        entry = entries.sublist()
        entry.fixed(20)
        if len(entry.sublist().data) % _KEY_BYTES:
            raise _Malformed
        entry.finish()
    return length


def _authorizations(items: _Items) -> int:
    """Check an authorization list; how many there are. Raises Refused for none."""
    entries, count = items.sublist(), 0
    while entries.data:
        entry = entries.sublist()
        entry.number(32)
        entry.fixed(20)
        entry.number(8)
        entry.number(1)
        entry.number(32)
        entry.number(32)
        entry.finish()
        count += 1
    if not count:
        raise Refused(report.REASON_AUTH_LIST_IS_EMPTY)
    return count
