"""Division by up to 64 bits against Python's."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zkos.guest.crypto.short_division import divide_by_u64, reciprocal_u64
from zkos.lang.ints import U64, U256

pytestmark = pytest.mark.cpython

WORDS = st.one_of(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]),
)
DIVISORS = st.one_of(
    st.integers(1, 2**64 - 1),
    st.builds(lambda high, low: (high << 32) + low, WORDS, WORDS),
    st.integers(0, 63).map(lambda power: 1 << power),
).filter(lambda divisor: divisor != 0)
DIVIDENDS = st.lists(WORDS, max_size=8).map(
    lambda words: sum(word << 32 * i for i, word in enumerate(words))
)


@settings(max_examples=300, deadline=None)
@given(DIVISORS)
@example(2**63)
@example(2**63 + 1)
@example(2**64 - 1)
@example(2**64 - 2**32)
@example(2**63 + 2**32 - 1)
def test_reciprocal_of_two_words(divisor):
    divisor <<= 64 - divisor.bit_length()
    assert reciprocal_u64(U64(divisor)) == (2**96 - 1) // divisor - 2**32


@settings(max_examples=400, deadline=None)
@given(DIVIDENDS, DIVISORS)
@example(2**256 - 1, 1)
@example(2**256 - 1, 2**64 - 1)
@example(2**256 - 1, 10**18)
@example(0, 7)
def test_quotient_and_remainder(x, divisor):
    assert divide_by_u64(U256(x), U64(divisor)) == divmod(x, divisor)


@settings(max_examples=200, deadline=None)
@given(DIVISORS, st.data())
def test_dividends_beside_a_multiple(divisor, data):
    quotient = data.draw(st.integers(0, (2**256 - 1) // divisor))
    delta = data.draw(st.sampled_from([-1, 0, 1, divisor - 1]))
    x = min(max(quotient * divisor + delta, 0), 2**256 - 1)

    assert divide_by_u64(U256(x), U64(divisor)) == divmod(x, divisor)
