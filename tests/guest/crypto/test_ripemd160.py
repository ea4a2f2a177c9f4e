"""RIPEMD-160 against pycryptodome."""

import pytest
from Crypto.Hash import RIPEMD160
from hypothesis import given, settings
from hypothesis import strategies as st

from zkos.guest.crypto.ripemd160 import ripemd160
from zkos.lang.memory import allocate_bytes, view_of
from zkos.lang.trap import Trap

pytestmark = pytest.mark.cpython


def digest(data: bytes) -> bytes:
    out = allocate_bytes(20)
    ripemd160(view_of(data), out)
    return bytes(out)


def test_every_length_around_the_block_borders():
    for length in range(301):
        data = bytes((7 * i + length) & 255 for i in range(length))
        assert digest(data) == RIPEMD160.new(data).digest(), length


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=500))
def test_any_message(data):
    assert digest(data) == RIPEMD160.new(data).digest()


def test_output_may_lie_on_the_input():
    data = view_of(bytes(range(70)))
    ripemd160(data, data.window(16, 20))

    assert bytes(data.window(16, 20)) == RIPEMD160.new(bytes(range(70))).digest()


def test_a_short_output_traps():
    with pytest.raises(Trap):
        ripemd160(view_of(b"abc"), allocate_bytes(19))
