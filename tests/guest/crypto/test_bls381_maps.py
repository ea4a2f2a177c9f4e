"""What maps and tests of membership on BLS12-381 rest on: isogenies, roots, orders."""

from math import gcd, isqrt

import pytest
from py_ecc import optimized_bls12_381 as ecc
from py_ecc.optimized_bls12_381 import constants as published
from py_ecc.optimized_bls12_381 import iso_map_G1

from tests.guest.crypto.bls381_cases import (
    CALLS,
    G1_COFACTOR,
    G2_COFACTOR,
    GUEST,
    N,
    P,
    U,
    encode,
    fp,
    low_2,
    strays_1,
    strays_2,
)
from tests.support.target import ENGINES, make_target
from zkos.guest.crypto import bls381_isogenies as isogenies
from zkos.guest.crypto.bls381_fp import Fp, FpField, fp_zero
from zkos.guest.crypto.bls381_fp2 import Fp2, fp2_zero
from zkos.guest.crypto.bls381_g2_map import Roots
from zkos.lang.ints import U256


def scaled(polynomial, factor):
    return [isogenies._scaled(x, factor) for x in polynomial]


def power(polynomial, exponent):
    result = [(1, 0)]
    for _ in range(exponent):
        result = isogenies._product(result, polynomial)
    return result


def pairs(coefficients):
    """py_ecc's coefficients as pairs, without zeros at the top."""
    found = [
        tuple(map(int, x.coeffs)) if hasattr(x, "coeffs") else (int(x), 0)
        for x in coefficients
    ]
    while found[-1] == (0, 0):
        found.pop()
    return found


@pytest.mark.parametrize(
    ("found", "degree", "constants"),
    [
        (isogenies._G1, 11, published.ISO_11_MAP_COEFFICIENTS),
        (
            isogenies._G2,
            -3,
            [
                [ecc.FQ2(x) if isinstance(x, tuple) else x for x in row]
                for row in published.ISO_3_MAP_COEFFICIENTS
            ],
        ),
    ],
    ids=["G1", "G2"],
)
def test_isogenies_are_those_of_the_standard(found, degree, constants):
    numerator, vanishing, ordinate = found
    inverse = pow(degree, -1, P)
    assert scaled(numerator, inverse**2) == pairs(constants[0])
    assert power(vanishing, 2) == pairs(constants[1])
    assert scaled(ordinate, inverse**3) == pairs(constants[2])
    assert power(vanishing, 3) == pairs(constants[3])


def test_the_isogenous_curves_are_those_of_the_standard():
    assert int(published.ISO_11_A) == isogenies.G1_A
    assert int(published.ISO_11_B) == isogenies.G1_B
    assert int(published.ISO_11_Z) == isogenies.G1_Z
    for ours, theirs in (
        (isogenies.G2_A, published.ISO_3_A),
        (isogenies.G2_B, published.ISO_3_B),
        (isogenies.G2_Z, published.ISO_3_Z),
    ):
        assert [x % P for x in ours] == [x % P for x in theirs.coeffs]


def value(polynomial, x):
    result = ecc.FQ2.zero()
    for coefficient in reversed(polynomial):
        result = result * x + ecc.FQ2(coefficient)
    return result


def image(found, degree, x, y):
    numerator, vanishing, ordinate = (value(part, x) for part in found)
    z = vanishing * degree
    return numerator / z**2, y * ordinate / z**3


def added(one, two, a):
    """The sum of two points of y**2 = x**3 + a x + b that are not opposite."""
    if one == two:
        slope = (3 * one[0] * one[0] + a) / (2 * one[1])
    else:
        slope = (two[1] - one[1]) / (two[0] - one[0])
    x = slope * slope - one[0] - two[0]
    return x, slope * (one[0] - x) - one[1]


@pytest.mark.parametrize(
    ("found", "degree", "a", "b", "target_b"),
    [
        (isogenies._G1, 11, (isogenies.G1_A, 0), (isogenies.G1_B, 0), (4, 0)),
        (isogenies._G2, -3, isogenies.G2_A, isogenies.G2_B, (4, 4)),
    ],
    ids=["G1", "G2"],
)
def test_isogenies_take_sums_to_sums(found, degree, a, b, target_b):
    a, b, target_b = ecc.FQ2(a), ecc.FQ2(b), ecc.FQ2(target_b)
    points = []
    for k in range(1, 40):
        x = ecc.FQ2([k, 0 if degree > 0 else k + 1])
        y = root(x * x * x + a * x + b)
        if y is not None:
            points.append((x, y))
    one, two = points[:2]
    images = [image(found, degree, *point) for point in (one, two)]
    for x, y in images:
        assert y * y == x * x * x + target_b
    both = image(found, degree, *added(one, two, a))
    assert both == added(*images, ecc.FQ2.zero())
    twice = image(found, degree, *added(one, one, a))
    assert twice == added(images[0], images[0], ecc.FQ2.zero())


# Roots in Fp2.


FIELD = FpField()


def montgomery(x: int) -> Fp:
    limbs = divmod((x << 512) % P, 2**256)[::-1]
    return Fp(*(U256(limb) for limb in limbs))


def plain(x: Fp) -> int:
    out = fp_zero()
    FIELD.leave(out, x)
    return int(out.low) + (int(out.high) << 256)


def root(x):
    """A root by the guest's way to find them, or None."""
    out = fp2_zero()
    number = Fp2(*(montgomery(int(part)) for part in x.coeffs))
    found = Roots(FIELD).find(out, number)
    return ecc.FQ2([plain(out.c0), plain(out.c1)]) if found else None


PARTS = [
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    11,
    P - 1,
    P - 2,
    P - 4,
    P - 11,
    P // 2,
    2**380,
    12345**30,
]


def test_roots_are_found_wherever_there_are_any():
    squares = 0
    for a in PARTS:
        for b in PARTS:
            x = ecc.FQ2([a % P, b % P])
            found = root(x)
            is_square = x ** ((P * P - 1) // 2) != ecc.FQ2([P - 1, 0])
            assert (found is not None) == is_square
            if found is not None:
                squares += 1
                assert found * found == x
            # The same of a square for certain.
            again = root(x * x)
            assert again in (x, -x)
    assert squares > 50


# Membership and cofactors.


def test_the_orders_behind_the_tests_of_membership():
    u = -U
    assert (u - 1) ** 2 // 3 == G1_COFACTOR
    assert P - u == G1_COFACTOR * N
    # Points of the twist: the sextic twist with this trace (psi's equation has u + 1).
    trace = u + 1
    square = trace**2 - 2 * P
    y_squared, rest = divmod(4 * P * P - square**2, 3)
    assert rest == 0
    y = isqrt(y_squared)
    assert y * y == y_squared
    assert P * P + 1 - (square + 3 * y) // 2 == G2_COFACTOR * N or (
        P * P + 1 - (square - 3 * y) // 2 == G2_COFACTOR * N
    )
    # What in_subgroup of G2 needs: no other order divides both.
    assert gcd(P - u, G2_COFACTOR * N) == N


def test_cofactors_are_cleared():
    for point in strays_1():
        assert ecc.is_inf(ecc.multiply(ecc.multiply(point, U + 1), N))
    for point in [*strays_2(), *low_2()]:
        assert ecc.is_inf(ecc.multiply(ecc.multiply(point, published.H_EFF_G2), N))
    assert published.H_EFF_G1 == U + 1


def on_the_isogenous_curve(x: int) -> bytes:
    square = (x**3 + isogenies.G1_A * x + isogenies.G1_B) % P
    y = isogenies.square_root(square)
    assert y * y % P == square, x
    return fp(x) + fp(y)


@pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ENGINES]
)
def test_the_kernel_is_mapped_to_infinity_and_others_as_in_py_ecc(engine):
    place = f"{CALLS}:g1_isogeny"
    target = make_target(engine, tuple(GUEST))
    out = bytearray(128)
    kernel = isogenies._g1_kernel()
    assert len(set(kernel)) == 5
    for x, _ in kernel:
        assert target.call(place, on_the_isogenous_curve(x), out)
        assert out == bytes(128)
    for x in (2, 3, 5, 8):
        data = on_the_isogenous_curve(x)
        point = [ecc.FQ(int.from_bytes(data[i : i + 64], "big")) for i in (0, 64)]
        assert target.call(place, data, out)
        assert out == encode(iso_map_G1(*point, ecc.FQ(1)))
