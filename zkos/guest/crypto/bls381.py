"""The precompiles on BLS12-381: sums, sums of multiples, pairing, maps (EIP-2537).

Elements of the prime field are 64 bytes big-endian, the first 16 of them 0 and the
number reduced; those of Fp2 come with the real part first; infinity is the point
(0, 0). Lengths other than an input's own, and what else an input must not be, are
answered by False, and nothing is written.
"""

from typing import Final

from zkos.guest.crypto.bls381_fp import Fp, FpField
from zkos.guest.crypto.bls381_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.guest.crypto.bls381_fp6 import Fp6Field
from zkos.guest.crypto.bls381_g1 import G1, G1Point
from zkos.guest.crypto.bls381_g1_map import G1Map
from zkos.guest.crypto.bls381_g1_sums import G1Sum
from zkos.guest.crypto.bls381_g2 import G2, G2Point
from zkos.guest.crypto.bls381_g2_map import G2Map
from zkos.guest.crypto.bls381_g2_sums import G2Sum
from zkos.guest.crypto.bls381_pairs import PairingProduct
from zkos.lang.control import urange
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView

FP_BYTES: Final = U32(64)
FP2_BYTES: Final = U32(128)
G1_BYTES: Final = U32(128)
G2_BYTES: Final = U32(256)
SCALAR_BYTES: Final = U32(32)
G1_TERM_BYTES: Final = G1_BYTES + SCALAR_BYTES
"""A point and what it is multiplied by."""
G2_TERM_BYTES: Final = G2_BYTES + SCALAR_BYTES
PAIR_BYTES: Final = G1_BYTES + G2_BYTES


class Bls381:
    """The seven functions; made once, it keeps tables and accumulators."""

    field: FpField
    g1: G1
    g2: G2
    g1_sum: G1Sum
    g2_sum: G2Sum
    g1_map: G1Map
    g2_map: G2Map
    pairs: PairingProduct
    one: G1Point
    other: G1Point
    two: G2Point
    another: G2Point
    element: Fp2

    def __init__(self) -> None:
        fp2 = Fp2Field()
        self.field = fp2.base
        self.g1 = G1(fp2.base)
        self.g2 = G2(fp2)
        self.g1_sum = G1Sum(self.g1)
        self.g2_sum = G2Sum(self.g2)
        self.g1_map = G1Map(self.g1)
        self.g2_map = G2Map(self.g2)
        self.pairs = PairingProduct(Fp6Field(fp2))
        self.one = G1Point()
        self.other = G1Point()
        self.two = G2Point()
        self.another = G2Point()
        self.element = fp2_zero()

    def g1_add(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write the sum of two points of the curve, not of G1 alone: 128 bytes."""
        if input.length() != G1_BYTES + G1_BYTES:
            return False
        if not self._read_g1(self.one, input, U32(0)):
            return False
        if not self._read_g1(self.other, input, G1_BYTES):
            return False
        self.g1.add(self.one, self.other, False)
        self._write_g1(self.one, out)
        return True

    def g1_sum_of_multiples(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write the sum of multiples of one or more points of G1: 128 bytes."""
        count = input.length() // G1_TERM_BYTES
        if count == 0 or count * G1_TERM_BYTES != input.length():
            return False
        self.g1_sum.begin()
        position = U32(0)
        for _ in urange(count):
            if not self._read_member_of_g1(input, position):
                return False
            scalar = input.load_u256_be(position + G1_BYTES)
            self.g1_sum.add(self.one, scalar)
            position = position + G1_TERM_BYTES
        self._write_g1(self.g1_sum.finish(), out)
        return True

    def g2_add(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write the sum of two points of the twist, not of G2 alone: 256 bytes."""
        if input.length() != G2_BYTES + G2_BYTES:
            return False
        if not self._read_g2(self.two, input, U32(0)):
            return False
        if not self._read_g2(self.another, input, G2_BYTES):
            return False
        self.g2.add(self.two, self.another, False)
        self._write_g2(self.two, out)
        return True

    def g2_sum_of_multiples(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write the sum of multiples of one or more points of G2: 256 bytes."""
        count = input.length() // G2_TERM_BYTES
        if count == 0 or count * G2_TERM_BYTES != input.length():
            return False
        self.g2_sum.begin()
        position = U32(0)
        for _ in urange(count):
            if not self._read_member_of_g2(input, position):
                return False
            scalar = input.load_u256_be(position + G2_BYTES)
            self.g2_sum.add(self.two, scalar)
            position = position + G2_TERM_BYTES
        self._write_g2(self.g2_sum.finish(), out)
        return True

    def pairing(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write 1 or 0, in 32 bytes: whether the product of the pairings is one."""
        count = input.length() // PAIR_BYTES
        if count == 0 or count * PAIR_BYTES != input.length():
            return False
        self.pairs.begin()
        position = U32(0)
        for _ in urange(count):
            if not self._read_member_of_g1(input, position):
                return False
            if not self._read_member_of_g2(input, position + G1_BYTES):
                return False
            self.pairs.add(self.one, self.two)
            position = position + PAIR_BYTES
        out.window(0, 32).fill(0)
        if self.pairs.is_one():
            out[31] = 1
        return True

    def map_to_g1(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write the point of G1 for an element of the prime field: 128 bytes."""
        element = self.element.c0
        if input.length() != FP_BYTES or not self._read_fp(element, input, U32(0)):
            return False
        self.g1_map.map(self.one, element)
        self._write_g1(self.one, out)
        return True

    def map_to_g2(self, input: ByteView, out: ByteView) -> bool:  # noqa: A002
        """Write the point of G2 for an element of Fp2: 256 bytes."""
        element = self.element
        if input.length() != FP2_BYTES or not self._read_fp2(element, input, U32(0)):
            return False
        self.g2_map.map(self.two, element)
        self._write_g2(self.two, out)
        return True

    def _read_fp(self, out: Fp, data: ByteView, position: U32) -> bool:
        out.high = data.load_u256_be(position)
        out.low = data.load_u256_be(position + 32)
        if not self.field.modulus.exceeds(out):
            return False
        self.field.enter(out, out)
        return True

    def _read_fp2(self, out: Fp2, data: ByteView, position: U32) -> bool:
        if not self._read_fp(out.c0, data, position):
            return False
        return self._read_fp(out.c1, data, position + FP_BYTES)

    def _read_g1(self, out: G1Point, data: ByteView, position: U32) -> bool:
        """Read a point of the curve; False if there is none."""
        if not self._read_fp(out.x, data, position):
            return False
        if not self._read_fp(out.y, data, position + FP_BYTES):
            return False
        if out.x.is_zero() and out.y.is_zero():
            out.z.set_zero()
            return True
        out.z.copy_from(self.field.one)
        return self.g1.contains(out)

    def _read_g2(self, out: G2Point, data: ByteView, position: U32) -> bool:
        """Read a point of the twist; False if there is none."""
        if not self._read_fp2(out.x, data, position):
            return False
        if not self._read_fp2(out.y, data, position + FP2_BYTES):
            return False
        if out.x.is_zero() and out.y.is_zero():
            out.z.set_zero()
            return True
        self.g2.field.set_one(out.z)
        return self.g2.contains(out)

    def _read_member_of_g1(self, data: ByteView, position: U32) -> bool:
        """Read `one`; False if it is no point of G1."""
        one = self.one
        if not self._read_g1(one, data, position):
            return False
        return one.is_infinite() or self.g1.in_subgroup(one)

    def _read_member_of_g2(self, data: ByteView, position: U32) -> bool:
        """Read `two`; False if it is no point of G2."""
        two = self.two
        if not self._read_g2(two, data, position):
            return False
        return two.is_infinite() or self.g2.in_subgroup(two)

    def _write_fp(self, x: Fp, out: ByteView, position: U32) -> None:
        """Write an element, which is lost."""
        self.field.leave(x, x)
        out.store_u256_be(position, x.high)
        out.store_u256_be(position + 32, x.low)

    def _write_g1(self, point: G1Point, out: ByteView) -> None:
        """Write a point, which is lost."""
        if point.is_infinite():
            out.window(0, G1_BYTES).fill(0)
            return
        self.g1.normalize(point)
        self._write_fp(point.x, out, U32(0))
        self._write_fp(point.y, out, FP_BYTES)

    def _write_g2(self, point: G2Point, out: ByteView) -> None:
        """Write a point, which is lost."""
        if point.is_infinite():
            out.window(0, G2_BYTES).fill(0)
            return
        self.g2.normalize(point)
        self._write_fp(point.x.c0, out, U32(0))
        self._write_fp(point.x.c1, out, FP_BYTES)
        self._write_fp(point.y.c0, out, FP2_BYTES)
        self._write_fp(point.y.c1, out, FP2_BYTES + FP_BYTES)
