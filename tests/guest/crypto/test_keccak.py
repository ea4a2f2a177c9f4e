"""Keccak-256 against pycryptodome."""

import pytest
from Crypto.Hash import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from zkos.guest.crypto.keccak import Keccak256
from zkos.lang.ints import U8, U64, U256, Address, Bytes32
from zkos.lang.memory import view_of

pytestmark = pytest.mark.cpython


def expected(data: bytes) -> Bytes32:
    digest = keccak.new(digest_bits=256, data=data).digest()
    return Bytes32(int.from_bytes(digest, "big"))


def pattern(length: int) -> bytes:
    return bytes((7 * i + length) & 255 for i in range(length))


def test_empty_message_has_the_published_digest():
    published = 0xC5D2460186F7233C927E7DB2DCC703C0E500B653CA82273B7BFAD8045D85A470
    assert Keccak256().finish() == published


def test_every_length_around_the_block_borders():
    hasher = Keccak256()
    for length in range(301):
        data = pattern(length)
        assert hasher.hash(view_of(data)) == expected(data), length


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_updates_in_pieces(pieces):
    hasher = Keccak256()
    for piece in pieces:
        hasher.update(view_of(piece))

    assert hasher.finish() == expected(b"".join(pieces))


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 135),
    st.integers(0, 2**256 - 1),
    st.integers(0, 2**160 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 255),
)
def test_numbers_join_big_endian(prefix, word, address, short, byte):
    hasher = Keccak256()
    hasher.update(view_of(pattern(prefix)))
    hasher.update_u256(U256(word))
    hasher.update_address(Address(address))
    hasher.update_u64_be(U64(short))
    hasher.update_u8(U8(byte))

    tail = word.to_bytes(32, "big") + address.to_bytes(20, "big")
    tail += short.to_bytes(8, "big") + bytes([byte])
    assert hasher.finish() == expected(pattern(prefix) + tail)


def test_bytes_one_by_one_cross_the_block_border():
    hasher = Keccak256()
    data = pattern(273)
    for byte in data:
        hasher.update_u8(U8(byte))

    assert hasher.finish() == expected(data)


def test_finish_and_reset_begin_a_new_message():
    hasher = Keccak256()
    hasher.update(view_of(pattern(200)))
    hasher.finish()
    assert hasher.finish() == expected(b"")

    hasher.update(view_of(pattern(200)))
    hasher.reset()
    assert hasher.finish() == expected(b"")

    hasher.update(view_of(pattern(150)))
    assert hasher.hash(view_of(b"abc")) == expected(b"abc")
