"""BLS12-381 below KZG proofs: fields, points and sums of multiples, against py_ecc."""

import hashlib

import pytest
from py_ecc import optimized_bls12_381 as ecc

from tests.guest.crypto.kzg_cases import (
    ENGINES,
    GUEST,
    INFINITY,
    N,
    P,
    ask,
    compress,
    g1,
    malformed_points,
)
from tests.support.target import make_target
from zkos.guest.crypto.bls381_fp import Fp
from zkos.guest.crypto.bls381_fp2 import Fp2, Fp2Field
from zkos.guest.crypto.bls381_fp6 import Fp6, Fp6Field
from zkos.guest.crypto.bls381_fp12 import Fp12, Fp12Field, fp12_zero
from zkos.lang.ints import U256

U = 0xD201000000010000


@pytest.fixture(params=ENGINES)
def target(request):
    return make_target(request.param, tuple(GUEST))


def double_word(x: int) -> bytes:
    return x.to_bytes(64, "big")


SPECIAL = [0, 1, 2, 3, P - 1, P - 2, P // 2, P // 2 + 1, 2**256 - 1, 2**256, 2**380]
# Numbers whose Montgomery form is special, where carries are at their limits.
SPECIAL += [x * pow(2, -512, P) % P for x in (1, 2**256, 2**256 - 1, P - 1, P - 2**256)]
RANDOM = [
    int.from_bytes(hashlib.sha512(bytes([i])).digest(), "big") % P for i in range(8)
]
ELEMENTS = SPECIAL + RANDOM


def results(target, name, count, *numbers) -> tuple[object, list[int]]:
    out = bytearray(64 * count)
    ended = ask(target, name, b"".join(map(double_word, numbers)), out)
    return ended, [
        int.from_bytes(out[i : i + 64], "big") for i in range(0, 64 * count, 64)
    ]


def test_prime_field(target):
    for i, x in enumerate(ELEMENTS):
        for y in (ELEMENTS[(i + 1) % len(ELEMENTS)], x, P - 1, -x % P):
            found, values = results(target, "fp_operations", 8, x, y)
            inverse = pow(x, -1, P) if x else 0
            plain = [x * y, x * x, x + y, x - y, -x, x * pow(2, -1, P), inverse]
            assert values[:7] == [value % P for value in plain], (x, y)
            assert found == (pow(x, (P - 1) // 2, P) in (0, 1))
            assert not found or values[7] ** 2 % P == x


def test_quadratic_extension(target):
    count = len(ELEMENTS)
    for i in range(count):
        x = [ELEMENTS[i], ELEMENTS[(5 * i + 1) % count]]
        for y in ([ELEMENTS[(7 * i + 2) % count], ELEMENTS[(3 * i) % count]], x):
            _, values = results(target, "fp2_operations", 14, *x, *y)
            left, right = ecc.FQ2(x), ecc.FQ2(y)
            expected = [
                *(left * right, left * left, left + right, left - right),
                *(left * ecc.FQ2([1, 1]), ecc.FQ2([x[0], -x[1]]), left.inv()),
            ]
            assert values == [int(c) for each in expected for c in each.coeffs]


# The tower above, which the pairing rests on.


FIELD = Fp12Field(Fp6Field(Fp2Field()))


def fp(x: int) -> Fp:
    return Fp(*(U256(limb) for limb in divmod((x << 512) % P, 2**256)[::-1]))


def fp12(values) -> Fp12:
    pairs = [Fp2(fp(values[i]), fp(values[i + 1])) for i in range(0, 12, 2)]
    return Fp12(Fp6(*pairs[:3]), Fp6(*pairs[3:]))


def limbs(x: Fp12) -> list[tuple[int, int]]:
    halves = [part for half in (x.c0, x.c1) for part in (half.c0, half.c1, half.c2)]
    return [(int(c.low), int(c.high)) for each in halves for c in (each.c0, each.c1)]


SEEDS = [RANDOM + RANDOM[:4], [0] * 11 + [1], [P - 1] * 12, [1, *RANDOM, 0, 0, 0]]


@pytest.mark.cpython
@pytest.mark.parametrize("values", SEEDS)
def test_top_field_squares_inverts_and_has_the_frobenius_map(values):
    x, out, expected = fp12(values), fp12_zero(), fp12_zero()

    FIELD.mul(expected, x, x)
    FIELD.square(out, x)
    assert limbs(out) == limbs(expected)

    FIELD.invert(out, x)
    FIELD.mul(out, out, x)
    assert FIELD.is_one(out)

    power = fp12_zero()
    FIELD.set_one(power)
    for bit in bin(P)[2:]:
        FIELD.square(power, power)
        if bit == "1":
            FIELD.mul(power, power, x)
    FIELD.frobenius(out, x)
    assert limbs(out) == limbs(power)


@pytest.mark.cpython
@pytest.mark.parametrize("values", SEEDS)
def test_cyclotomic_square_is_the_square(values):
    x, t = fp12(values), fp12_zero()
    FIELD.invert(t, x)
    FIELD.conjugate(x, x)
    FIELD.mul(x, x, t)
    FIELD.frobenius(t, x)
    FIELD.frobenius(t, t)
    FIELD.mul(x, x, t)

    FIELD.square(t, x)
    FIELD.cyclotomic_square(x)

    assert limbs(x) == limbs(t)


@pytest.mark.cpython
def test_product_with_a_line_is_the_product():
    x, t = fp12(SEEDS[0]), fp12(SEEDS[3])
    line = fp12([*RANDOM[:4], 0, 0, 0, 0, 1, 0, 0, 0])

    FIELD.mul(t, x, line)
    FIELD.mul_line(x, line.c0.c0, line.c0.c1)

    assert limbs(x) == limbs(t)


# Points.


def coordinates(point) -> bytes:
    if ecc.is_inf(point):
        return bytes(128)
    return b"".join(double_word(int(c)) for c in ecc.normalize(point))


def read(target, data: bytes) -> bytes | None:
    out = bytearray(b"\xee" * 128)
    return bytes(out) if ask(target, "decompress", data, out) else None


@pytest.mark.parametrize("k", [1, 2, 3, U, U * U, N - U * U, N - 1, N // 2, 12345])
def test_compressed_points_are_read(target, k):
    assert read(target, compress(g1(k))) == coordinates(g1(k))
    assert read(target, compress(g1(-k))) == coordinates(g1(-k))


def test_infinity_is_read(target):
    assert read(target, INFINITY) == bytes(128)


@pytest.mark.parametrize("name", malformed_points())
def test_malformed_points_are_refused(target, name):
    assert read(target, malformed_points()[name]) is None


def curve_points(count: int):
    """Points at small x, nearly all outside of the subgroup."""
    x = 0
    while count:
        root = pow(x**3 + 4, (P + 1) // 4, P)
        if root * root % P == (x**3 + 4) % P:
            count -= 1
            yield ecc.FQ(x), ecc.FQ(root), ecc.FQ(1)
        x += 1


COFACTOR = (U + 1) ** 2 // 3


def test_points_outside_the_subgroup_are_refused(target):
    for point in curve_points(4):
        assert ecc.is_on_curve(point, ecc.b)
        inside = ecc.multiply(point, COFACTOR)
        assert not ecc.is_inf(ecc.multiply(point, N))
        assert read(target, compress(point)) is None
        assert read(target, compress(inside)) == coordinates(inside)


def test_points_of_low_order_are_refused(target):
    # Also the sums of such points and points of the subgroup. The multiple of any
    # point by the order and u - 1 is infinite, although the cofactor has its square.
    factors = [q for q in range(2, 2**16) if COFACTOR % q == 0 and is_prime(q)]
    assert factors == [3, 11, 10177]
    for factor in factors:
        points = (ecc.multiply(p, (U + 1) // factor * N) for p in curve_points(20))
        low = next(point for point in points if not ecc.is_inf(point))
        assert ecc.is_inf(ecc.multiply(low, factor))
        assert read(target, compress(low)) is None
        assert read(target, compress(ecc.add(low, g1(3)))) is None


def is_prime(number: int) -> bool:
    return all(number % q for q in range(2, int(number**0.5) + 1))


SCALARS = [0, 1, 2, 7, U * U - 1, U * U, U * U + 1, N // 3, N - 2, N - 1, 2**128]


def test_combinations(target):
    for k in (1, 2, N - 1, 98765):
        for i, factor in enumerate(SCALARS):
            for less in (SCALARS[(3 * i + 2) % len(SCALARS)], factor * k % N):
                out = bytearray(128)
                ask(target, "combine", compress(g1(k)), factor, less, out)
                assert out == coordinates(g1(k * factor - less)), (k, factor, less)


def test_combinations_with_infinity(target):
    out = bytearray(128)
    for factor, less in ((0, 0), (5, 0), (N - 1, 9)):
        ask(target, "combine", INFINITY, factor, less, out)
        assert out == coordinates(g1(-less))
