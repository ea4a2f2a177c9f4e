"""Long division against Python's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zkos.guest.crypto import long_division
from zkos.guest.crypto.long_division import divide_words
from zkos.lang.ints import U32
from zkos.lang.memory import Array

pytestmark = pytest.mark.cpython

WORDS = st.one_of(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]),
)
NUMBERS = st.lists(WORDS, max_size=8).map(
    lambda words: sum(word << 32 * i for i, word in enumerate(words))
)


def words_of(number: int, length: int) -> Array[U32]:
    words = Array(U32, length)
    for i in range(length):
        words[i] = U32(number >> 32 * i & 0xFFFFFFFF)
    return words


def number_of(words: Array[U32]) -> int:
    return sum(int(words[i]) << 32 * i for i in range(words.length()))


def divided(x: int, y: int) -> tuple[int, int]:
    u, q = words_of(x, 9), Array(U32, 8)
    divide_words(u, words_of(y, 8), q)
    return number_of(q), number_of(u)


@settings(max_examples=300, deadline=None)
@given(NUMBERS, NUMBERS.filter(lambda y: y != 0))
def test_quotient_and_remainder(x, y):
    assert divided(x, y) == divmod(x, y)


@settings(max_examples=200, deadline=None)
@given(NUMBERS.filter(lambda y: y != 0), st.data())
def test_dividends_beside_a_multiple(y, data):
    quotient = data.draw(st.integers(0, (2**256 - 1) // y))
    delta = data.draw(st.sampled_from([-1, 0, 1, y - 1]))
    x = min(max(quotient * y + delta, 0), 2**256 - 1)

    assert divided(x, y) == divmod(x, y)


def test_division_by_zero_traps():
    with pytest.raises(AssertionError):
        divided(1, 0)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ((2**31 << 64) + 3, (2**29 << 64) + 1),
        ((2**31 - 1 << 96) + (2**31 << 64), (2**31 << 64) + 1),
    ],
)
def test_a_digit_one_too_large_is_corrected(x, y, monkeypatch):
    corrections = []
    add_back = long_division.add_back

    def counted(*arguments):
        corrections.append(1)
        add_back(*arguments)

    monkeypatch.setattr(long_division, "add_back", counted)

    assert divided(x, y) == divmod(x, y)
    assert len(corrections) == 1
