"""Byte strings from the oracle: their length is asked for, then their bytes.

Only the shape is checked; who asks verifies the content.
"""

from zkos.guest.protocol.ethereum_queries import LONGEST_ANSWER
from zkos.guest.protocol.queries import SCALAR_WORDS
from zkos.guest.system.oracle import (
    ask,
    expect_words,
    read_u32,
    read_words,
    write_hash,
)
from zkos.lang.intrinsics import oracle_write
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap


def next_bytes(size_query: U32, query: U32) -> ByteView:
    """A byte string that nothing more needs to be said about."""
    ask(size_query, U32(0))
    length = answered_length()
    if length == 0:
        return allocate_bytes(0)
    ask(query, U32(0))
    return answered_bytes(length)


def numbered_bytes(size_query: U32, query: U32, number: U32) -> ByteView:
    """The byte string of a number."""
    ask(size_query, U32(2))
    oracle_write(number)
    oracle_write(U32(0))
    length = answered_length()
    ask(query, U32(2))
    oracle_write(number)
    oracle_write(U32(0))
    return answered_bytes(length)


def hashed_bytes(size_query: U32, query: U32, digest: U256) -> ByteView:
    """The byte string that is said to have this hash."""
    ask(size_query, U32(8))
    write_hash(digest)
    length = answered_length()
    ask(query, U32(8))
    write_hash(digest)
    return answered_bytes(length)


def answered_length() -> U32:
    """An answer that is a length in bytes."""
    expect_words(SCALAR_WORDS)
    length = read_u32()
    if length > LONGEST_ANSWER:
        trap("a byte string is too long")
    return length


def answered_bytes(length: U32) -> ByteView:
    """An answer of so many bytes, filled up to whole 64-bit words."""
    words = ((length + 7) >> 3) << 1
    expect_words(words)
    data = allocate_bytes(words << 2)
    read_words(data, words)
    return data.window(0, length)
