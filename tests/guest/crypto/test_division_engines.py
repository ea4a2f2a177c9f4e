"""Division of wide integers on every engine against Python's."""

import random

import pytest

from tests.guest.crypto.engines import GUEST  # noqa: F401 - for `target`
from tests.support.target import Trapped

DIVISION = "zkos.guest.crypto.division"
COUNT = 400


def numbers(source: random.Random, bits: int) -> int:
    """Numbers of all lengths, with runs of zeros and ones in them."""
    words = source.choices(
        [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, None], k=bits // 32
    )
    value = 0
    for word in words:
        value = value << 32 | (source.getrandbits(32) if word is None else word)
    return value >> source.randrange(bits)


@pytest.mark.parametrize("bits", [128, 256, 512])
def test_quotient_and_remainder(target, bits):
    source = random.Random(bits)
    pairs = [(numbers(source, bits), numbers(source, bits)) for _ in range(COUNT)]
    pairs += [(numbers(source, bits), 1 << i) for i in range(0, bits, 7)]
    pairs = [(x, y or 1) for x, y in pairs]
    calls = [(f"{DIVISION}:divide_u{bits}", pair) for pair in pairs]
    for pair, found in zip(pairs, target.call_all(calls), strict=True):
        assert found == divmod(*pair), pair


def test_modular_operations(target):
    source = random.Random(1)
    triples = [tuple(numbers(source, 256) for _ in range(3)) for _ in range(COUNT)]
    triples += [(2**256 - 1, 2**256 - 1, 2**256 - i) for i in range(1, 20)]
    triples = [(x, y, m or 1) for x, y, m in triples]
    for name, exact in (("addmod", int.__add__), ("mulmod", int.__mul__)):
        calls = [(f"{DIVISION}:{name}", triple) for triple in triples]
        for triple, found in zip(triples, target.call_all(calls), strict=True):
            assert found == exact(*triple[:2]) % triple[2], triple


def test_powers(target):
    source = random.Random(2)
    pairs = [(numbers(source, 256), numbers(source, 256)) for _ in range(30)]
    calls = [(f"{DIVISION}:exp_u256", pair) for pair in pairs]
    for pair, found in zip(pairs, target.call_all(calls), strict=True):
        assert found == pow(*pair, 2**256), pair


@pytest.mark.parametrize("name", ["addmod", "mulmod"])
def test_modulus_zero_traps(target, name):
    with pytest.raises(Trapped):
        target.call(f"{DIVISION}:{name}", 5, 7, 0)
