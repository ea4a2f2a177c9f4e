"""RLP encoding straight into a hash, and the lengths it needs beforehand."""

from zkos.guest.crypto.keccak import Keccak256
from zkos.lang.ints import U8, U32, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes


def byte_length(value: U256) -> U32:
    """Bytes of the number without leading zeros."""
    return (value.bit_length() + 7) >> 3


def number_length(value: U256) -> U32:
    """Length of the encoded number."""
    if value < U256(0x80):
        return U32(1)
    return byte_length(value) + 1


def list_length(payload: U32) -> U32:
    """Length of a list (or of a string of several bytes) with its prefix."""
    if payload < 56:
        return payload + 1
    return payload + 1 + byte_length(U256(payload))


def bytes_length(data: ByteView) -> U32:
    """Length of the encoded byte string."""
    if data.length() == 1 and data[0] < 0x80:
        return U32(1)
    return list_length(data.length())


class RlpHasher:
    """Feeds encoded items to a hasher."""

    hasher: Keccak256
    word: ByteView
    """Where an item of up to 32 bytes ends; its prefix goes before it."""

    def __init__(self, hasher: Keccak256) -> None:
        self.hasher = hasher
        self.word = allocate_bytes(64)

    def put_number(self, value: U256) -> None:
        """Append a number."""
        word = self.word
        word.store_u256_be(32, value)
        if value == 0:
            word[63] = U8(0x80)
            self.hasher.update(word.window(63, 1))
        elif value < U256(0x80):
            self.hasher.update(word.window(63, 1))
        else:
            length = byte_length(value)
            start = U32(63) - length
            word[start] = U8(0x80) + U8(length)
            self.hasher.update(word.window(start, length + 1))

    def put_address(self, address: Address) -> None:
        """Append the 20 bytes of an address."""
        word = self.word
        word.store_u256_be(32, U256(address))
        word[43] = U8(0x94)
        self.hasher.update(word.window(43, 21))

    def put_hash(self, value: U256) -> None:
        """Append the 32 bytes that the number spells."""
        word = self.word
        word.store_u256_be(32, value)
        word[31] = U8(0xA0)
        self.hasher.update(word.window(31, 33))

    def put_bytes(self, data: ByteView) -> None:
        """Append a byte string."""
        if data.length() != 1 or data[0] >= 0x80:
            self._put_prefix(U32(0x80), data.length())
        self.hasher.update(data)

    def put_list(self, payload: U32) -> None:
        """Append the prefix of a list whose items take `payload` bytes."""
        self._put_prefix(U32(0xC0), payload)

    def _put_prefix(self, base: U32, length: U32) -> None:
        word = self.word
        if length < 56:
            word[63] = U8(base + length)
            self.hasher.update(word.window(63, 1))
            return
        word.store_u256_be(32, U256(length))
        digits = byte_length(U256(length))
        start = U32(63) - digits
        word[start] = U8(base + 55 + digits)
        self.hasher.update(word.window(start, digits + 1))
