"""SHA-256 against hashlib."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zkos.guest.crypto.sha256 import sha256
from zkos.lang.memory import allocate_bytes, view_of
from zkos.lang.trap import Trap

pytestmark = pytest.mark.cpython


def digest(data: bytes) -> bytes:
    out = allocate_bytes(32)
    sha256(view_of(data), out)
    return bytes(out)


def test_every_length_around_the_block_borders():
    for length in range(301):
        data = bytes((7 * i + length) & 255 for i in range(length))
        assert digest(data) == hashlib.sha256(data).digest(), length


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=500))
def test_any_message(data):
    assert digest(data) == hashlib.sha256(data).digest()


def test_output_may_lie_on_the_input():
    data = view_of(bytes(range(70)))
    sha256(data, data.window(16, 32))

    assert bytes(data.window(16, 32)) == hashlib.sha256(bytes(range(70))).digest()


def test_a_short_output_traps():
    with pytest.raises(Trap):
        sha256(view_of(b"abc"), allocate_bytes(31))
