"""The host's RLP against pyrlp: what is encoded, and what is refused."""

import pytest
import rlp
from hypothesis import example, given
from hypothesis import strategies as st
from rlp.exceptions import DecodingError

from zkos.host.rlp import RlpError, decode, encode

ITEMS = st.recursive(
    st.binary(max_size=70), lambda inner: st.lists(inner, max_size=5), max_leaves=20
)
CUT = "an item ends outside the data"
REFUSED = {
    "": CUT,
    "83aabb": CUT,
    "c201": CUT,
    "c38201": CUT,
    "b8": CUT,
    "f9ff": CUT,
    "c28401": CUT,
    "8105": "a byte that stands for itself has a prefix",
    "c18105": CUT,
    "c28105": "a byte that stands for itself has a prefix",
    "b801aa": "a short item has a long prefix",
    "f8020102": "a short item has a long prefix",
    "b90040" + "00" * 64: "a length begins with zeros",
    "0102": "1 bytes follow the item",
    "c0c0c0": "2 bytes follow the item",
}


@given(ITEMS)
def test_encoding_is_that_of_pyrlp_and_decodes(item):
    encoded = encode(item)

    assert encoded == rlp.encode(item)
    assert decode(encoded) == item


@given(st.lists(st.integers(0, 2**256)))
def test_numbers_have_no_leading_zeros(numbers):
    assert encode(numbers) == rlp.encode(numbers)


@given(st.one_of(st.binary(max_size=80), ITEMS.map(rlp.encode)), st.data())
@example(bytes.fromhex("b838" + "11" * 56), None)
def test_pyrlp_refuses_the_same(data, draw):
    if draw is not None and data:
        place = draw.draw(st.integers(0, len(data) - 1))
        data = data[:place] + bytes([draw.draw(st.integers(0, 255))]) + data[place:]
    try:
        expected = rlp.decode(data)
    except DecodingError:
        expected = None

    try:
        found = decode(data)
    except RlpError:
        found = None

    assert found == expected


@pytest.mark.parametrize("data", REFUSED)
def test_a_refusal_says_why(data):
    with pytest.raises(RlpError) as raised:
        decode(bytes.fromhex(data))

    assert str(raised.value) == REFUSED[data]


def test_nesting_has_a_limit():
    nested = b"\xc0"
    for _ in range(5000):
        nested = rlp.codec.length_prefix(len(nested), 0xC0) + nested
    with pytest.raises(RlpError, match="nested too deeply"):
        decode(nested)
