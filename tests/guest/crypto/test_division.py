"""Division of wide integers against Python's."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zkos.guest.crypto.division import (
    addmod,
    divide_u128,
    divide_u256,
    divide_u512,
    exp_u256,
    mulmod,
)
from zkos.lang.ints import U128, U256, U512

pytestmark = pytest.mark.cpython

KINDS = {128: (U128, divide_u128), 256: (U256, divide_u256), 512: (U512, divide_u512)}
TOP = 2**256 - 1


def numbers(bits: int) -> st.SearchStrategy[int]:
    """Numbers of all lengths, with many words of zeros and ones in them."""
    word = st.one_of(
        st.integers(0, 2**32 - 1),
        st.sampled_from([0, 1, 2**31, 2**31 - 1, 2**32 - 2, 2**32 - 1]),
    )
    spelled = st.lists(word, max_size=bits // 32).map(
        lambda words: sum(word << 32 * i for i, word in enumerate(words))
    )
    near_powers = st.builds(
        lambda power, delta: min(max((1 << power) + delta, 0), (1 << bits) - 1),
        st.integers(0, bits),
        st.integers(-3, 3),
    )
    return st.one_of(spelled, near_powers)


@pytest.mark.parametrize("bits", [128, 256, 512])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_quotient_and_remainder(bits, data):
    kind, divide = KINDS[bits]
    x = data.draw(numbers(bits))
    y = data.draw(numbers(bits).filter(lambda y: y != 0))

    assert divide(kind(x), kind(y)) == divmod(x, y)


@pytest.mark.parametrize("bits", [128, 256, 512])
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_dividends_beside_a_multiple(bits, data):
    kind, divide = KINDS[bits]
    y = data.draw(numbers(bits).filter(lambda y: y != 0))
    quotient = data.draw(st.integers(0, ((1 << bits) - 1) // y))
    delta = data.draw(st.sampled_from([-1, 0, 1, y - 1]))
    x = min(max(quotient * y + delta, 0), (1 << bits) - 1)

    assert divide(kind(x), kind(y)) == divmod(x, y)


@pytest.mark.parametrize("bits", [128, 256, 512])
def test_division_by_zero_traps(bits):
    kind, divide = KINDS[bits]
    with pytest.raises(AssertionError):
        divide(kind(1), kind(0))


@settings(max_examples=150, deadline=None)
@given(numbers(256), numbers(256), numbers(256).filter(lambda m: m != 0))
@example(TOP, TOP, TOP)
@example(TOP, TOP, 1)
@example(TOP, TOP, 2**255)
@example(TOP, TOP, 2)
@example(TOP, TOP, 2**256 - 2)
@example(2**128, 2**128, 2**256 - 1)
@example(2**255, 2, 3)
def test_addmod_and_mulmod(x, y, m):
    assert addmod(U256(x), U256(y), U256(m)) == (x + y) % m
    assert mulmod(U256(x), U256(y), U256(m)) == x * y % m


@pytest.mark.parametrize("power", range(0, 256, 5))
def test_powers_of_two_as_modulus(power):
    x, y = TOP // 3, TOP - 12345
    assert mulmod(U256(x), U256(y), U256(1 << power)) == x * y % (1 << power)
    assert addmod(U256(x), U256(y), U256(1 << power)) == (x + y) % (1 << power)


@pytest.mark.parametrize("function", [addmod, mulmod])
def test_modulus_zero_traps(function):
    with pytest.raises(AssertionError):
        function(U256(5), U256(7), U256(0))


@settings(max_examples=100, deadline=None)
@given(numbers(256), numbers(256))
@example(0, 0)
@example(0, TOP)
@example(2, 255)
@example(2, 256)
@example(TOP, TOP)
def test_exponentiation(base, exponent):
    assert exp_u256(U256(base), U256(exponent)) == pow(base, exponent, 2**256)
