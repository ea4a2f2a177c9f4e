"""RLP decoding: a cursor over consecutive items, the content of a list as a rule.

Strict: every item has one encoding only. Upstream also takes lengths that begin with
zero bytes (`lax`). Nothing is copied, what is read stays where it lies.
"""

from typing import Final

from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes

SHORT_STRING: Final = U32(0x80)
LONG_STRING: Final = U32(0xB7)
SHORT_LIST: Final = U32(0xC0)
LONG_LIST: Final = U32(0xF7)
LONGEST_SHORT: Final = U32(55)
"""Bytes of content whose number is part of the first byte."""
LENGTH_BYTES: Final = U32(4)
"""The most that a length is spelled with."""
ADDRESS_BYTES: Final = U32(20)


class MalformedRlp(Exception):
    """Not the item asked for, not its one encoding, or something is left over."""


class RlpReader:
    """Takes one item after another; every method may raise MalformedRlp."""

    data: ByteView
    position: U32
    """Where the next item begins."""
    lax: bool
    """Whether lengths may begin with zero bytes, as upstream."""
    word: ByteView
    """Where numbers are put together."""

    def __init__(self, lax: bool) -> None:
        self.data = allocate_bytes(0)
        self.position = U32(0)
        self.lax = lax
        self.word = allocate_bytes(32)

    def open(self, data: ByteView) -> None:
        """Begin with the first item of `data`."""
        self.data = data
        self.position = U32(0)

    def is_empty(self) -> bool:
        """Whether no item is left."""
        return self.position == self.data.length()

    def finish(self) -> None:
        """Raise unless no item is left."""
        if not self.is_empty():
            raise MalformedRlp

    def string(self) -> ByteView:
        """The content of the next item, a string."""
        data = self.data
        position = self.position
        head = self._head()
        if head < SHORT_STRING:
            return data.window(position, 1)
        if head <= LONG_STRING:
            content = self._content(head - SHORT_STRING)
            if content.length() == 1 and content[0] < 0x80:
                raise MalformedRlp
            return content
        if head < SHORT_LIST:
            return self._content(self._length(head - LONG_STRING))
        raise MalformedRlp

    def sublist(self) -> ByteView:
        """The content of the next item, a list."""
        head = self._head()
        if head < SHORT_LIST:
            raise MalformedRlp
        if head <= LONG_LIST:
            return self._content(head - SHORT_LIST)
        return self._content(self._length(head - LONG_LIST))

    def u64(self) -> U64:
        """The next item, a number of up to 8 bytes."""
        digits = self._digits(U32(8))
        return number_of(digits)

    def u256(self) -> U256:
        """The next item, a number of up to 32 bytes."""
        digits = self._digits(U32(32))
        if digits.length() <= 8:
            return U256(number_of(digits))
        return self._wide(digits)

    def address(self) -> Address:
        """The next item, a string of 20 bytes."""
        content = self.string()
        if content.length() != ADDRESS_BYTES:
            raise MalformedRlp
        return self.address_in(content)

    def address_in(self, content: ByteView) -> Address:
        """The address that 20 bytes spell."""
        return Address.truncate(self._wide(content))

    def _head(self) -> U32:
        """The first byte of an item."""
        position = self.position
        if position >= self.data.length():
            raise MalformedRlp
        self.position = position + 1
        return U32(self.data[position])

    def _content(self, length: U32) -> ByteView:
        start = self.position
        if length > self.data.length() - start:
            raise MalformedRlp
        self.position = start + length
        return self.data.window(start, length)

    def _length(self, count: U32) -> U32:
        """A length spelled with `count` bytes."""
        if count > LENGTH_BYTES:
            raise MalformedRlp
        digits = self._content(count)
        if digits[0] == 0 and not self.lax:
            raise MalformedRlp
        length = U32(number_of(digits))
        if length <= LONGEST_SHORT:
            raise MalformedRlp
        return length

    def _digits(self, most: U32) -> ByteView:
        """The bytes of a number, none of them a leading zero."""
        digits = self.string()
        length = digits.length()
        if length > most or (length != 0 and digits[0] == 0):
            raise MalformedRlp
        return digits

    def _wide(self, digits: ByteView) -> U256:
        """The number that up to 32 bytes spell."""
        word = self.word
        length = digits.length()
        room = U32(32) - length
        word.window(0, room).fill(0)
        word.window(room, length).copy_from(digits)
        return word.load_u256_be(0)


def number_of(digits: ByteView) -> U64:
    """The number that up to 8 bytes spell."""
    number = U64(0)
    for index in urange(digits.length()):
        number = (number << 8) | U64(digits[index])
    return number
