"""Reciprocals against Python's division."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zkos.guest.crypto.reciprocal import (
    reciprocal_u32,
    reciprocal_u256,
    remainder_of_two,
)
from zkos.lang.ints import U32, U256

pytestmark = pytest.mark.cpython

B = 2**256
DIVISORS = st.one_of(
    st.integers(B // 2, B - 1),
    st.integers(B // 2, B // 2 + 2**20),
    st.integers(B - 2**20, B - 1),
    st.builds(
        lambda top, low: (top << 224) + low,
        st.integers(2**31, 2**32 - 1),
        st.sampled_from([0, 1, 2**224 - 1]),
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.integers(2**31, 2**32 - 1))
@example(2**31)
@example(2**32 - 1)
@example(0x80000001)
@example(0x8000FFFF)
@example(0xFFFF0000)
@example(0xFFFF0001)
def test_reciprocal_of_a_word(divisor):
    reciprocal = reciprocal_u32(U32(divisor))
    assert reciprocal == (2**64 - 1) // divisor - 2**32


@settings(max_examples=500, deadline=None)
@given(DIVISORS)
@example(B // 2)
@example(B // 2 + 1)
@example(B - 1)
@example(B - 2**224)
@example(B - 2**224 - 1)
def test_wide_reciprocal_is_at_most_3_too_small(divisor):
    exact = (B**2 - 1) // divisor - B
    assert exact - 3 <= reciprocal_u256(U256(divisor), U32(4)) <= exact


@pytest.mark.parametrize(("steps", "bits"), [(0, 30), (1, 60), (2, 121), (3, 242)])
@settings(max_examples=150, deadline=None)
@given(divisor=DIVISORS)
@example(divisor=B // 2)
@example(divisor=B // 2 + 2**224 - 1)
@example(divisor=B - 1)
def test_each_step_doubles_the_good_bits(steps, bits, divisor):
    approximate = B + int(reciprocal_u256(U256(divisor), U32(steps)))
    exact = B**2 // divisor
    assert exact - (exact >> bits) <= approximate <= exact


@settings(max_examples=300, deadline=None)
@given(DIVISORS, st.data())
def test_remainder_of_two_words(divisor, data):
    below = st.sampled_from([0, 1, divisor - 1])
    high = data.draw(st.one_of(st.integers(0, divisor - 1), below))
    low = data.draw(st.one_of(st.integers(0, B - 1), st.sampled_from([0, B - 1])))
    reciprocal = reciprocal_u256(U256(divisor), U32(4))

    rest = remainder_of_two(U256(high), U256(low), U256(divisor), reciprocal)

    assert rest == (high * B + low) % divisor
