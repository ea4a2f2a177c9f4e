"""The precompiles on BLS12-381 as plain functions, for tests on every engine."""

from zkos.guest.crypto.bls381 import Bls381
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView


def g1_add(data: ByteView, out: ByteView) -> bool:
    return Bls381().g1_add(data, out)


def g1_msm(data: ByteView, out: ByteView) -> bool:
    return Bls381().g1_sum_of_multiples(data, out)


def g2_add(data: ByteView, out: ByteView) -> bool:
    return Bls381().g2_add(data, out)


def g2_msm(data: ByteView, out: ByteView) -> bool:
    return Bls381().g2_sum_of_multiples(data, out)


def pairing(data: ByteView, out: ByteView) -> bool:
    return Bls381().pairing(data, out)


def map_to_g1(data: ByteView, out: ByteView) -> bool:
    return Bls381().map_to_g1(data, out)


def map_to_g2(data: ByteView, out: ByteView) -> bool:
    return Bls381().map_to_g2(data, out)


def one_after_the_other(
    first: ByteView, second: ByteView, third: ByteView, out: ByteView
) -> bool:
    """A sum in G2, a bad pairing, a sum in G1, by one object; whether as expected."""
    unit = Bls381()
    if not unit.g2_sum_of_multiples(first, out):
        return False
    if unit.pairing(second, out):
        return False
    return unit.g1_sum_of_multiples(third, out)


def g1_isogeny(data: ByteView, out: ByteView) -> bool:
    """Where the isogeny takes a point, given by x and y, of its first curve."""
    unit = Bls381()
    mapping = unit.g1_map
    if not unit._read_fp(mapping.x, data, U32(0)):
        return False
    if not unit._read_fp(mapping.y, data, U32(64)):
        return False
    mapping._apply_isogeny(unit.one)
    unit._write_g1(unit.one, out)
    return True
