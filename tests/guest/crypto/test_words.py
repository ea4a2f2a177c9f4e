"""Wide numbers made of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkos.guest.crypto.words import compose_u256, power_of_two
from zkos.lang.ints import U32
from zkos.lang.memory import Array

pytestmark = pytest.mark.cpython


@given(st.integers(0, 2**256 - 1))
def test_words_compose_a_number(number):
    words = Array(U32, 8)
    for i in range(8):
        words[i] = U32(number >> 32 * i & 0xFFFFFFFF)

    assert compose_u256(words) == number


def test_every_power_of_two():
    for exponent in range(256):
        assert power_of_two(U32(exponent)) == 1 << exponent
