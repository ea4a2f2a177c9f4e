"""Points for the curve precompiles: on the curve, nearly, and in the wrong group.

Arithmetic of BN254 over Python numbers, for generating inputs only. Not used by any
engine: what comes out is compared, never trusted.
"""

from functools import cache
from typing import Final

from fuzz.strategies.numbers import BN254_FIELD as P

Point = tuple[int, int]
"""Affine coordinates; (0, 0) is the point at infinity."""
Pair = tuple[int, int]
"""a + b*i with i*i = -1."""
TwistPoint = tuple[Pair, Pair]

INFINITY: Final = (0, 0)
GENERATOR: Final = (1, 2)
TWIST_INFINITY: Final = ((0, 0), (0, 0))
TWIST_GENERATOR: Final = (
    (
        0x1800DEEF121F1E76426A00665E5C4479674322D4F75EDADD46DEBD5CD992F6ED,
        0x198E9393920D483A7260BFB731FB5D25F1AA493335A9E71297E485B7AEF312C2,
    ),
    (
        0x12C85EA5DB8C6DEB4AAB71808DCB408FE3D1E7690C43D37B4CE6CC0166FA7DAA,
        0x090689D0585FF075EC9E99AD690C3395BC4B313370B38EF355ACDADCD122975B,
    ),
)
MULTIPLES: Final = 12


def add(one: Point, two: Point) -> Point:
    """The sum of two points of y*y = x*x*x + 3."""
    if one == INFINITY:
        return two
    if two == INFINITY:
        return one
    if one[0] == two[0]:
        if (one[1] + two[1]) % P == 0:
            return INFINITY
        slope = 3 * one[0] * one[0] * pow(2 * one[1], -1, P)
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, P)
    x = (slope * slope - one[0] - two[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def negate(point: Point) -> Point:
    """The inverse of a point."""
    return point[0], -point[1] % P


@cache
def multiples() -> tuple[Point, ...]:
    """0 to 11 times the generator."""
    points: list[Point] = [INFINITY]
    while len(points) < MULTIPLES:
        points.append(add(points[-1], GENERATOR))
    return tuple(points)


@cache
def twist_multiples() -> tuple[TwistPoint, ...]:
    """0 to 11 times the generator of the second group."""
    points: list[TwistPoint] = [TWIST_INFINITY]
    while len(points) < MULTIPLES:
        points.append(_twist_add(points[-1], TWIST_GENERATOR))
    return tuple(points)


@cache
def stray_twist_points() -> tuple[TwistPoint, ...]:
    """Points on the twist but not in the second group."""
    # The group has one point in about 2**254 of the curve: any other is a stray.
    constant = _multiply((3, 0), _invert((9, 1)))
    found: list[TwistPoint] = []
    for real in range(1, 20):
        x = (real, 1)
        cube = _multiply(_multiply(x, x), x)
        root = _square_root(((cube[0] + constant[0]) % P, (cube[1] + constant[1]) % P))
        if root is not None:
            found.append((x, root))
    return tuple(found)


def _twist_add(one: TwistPoint, two: TwistPoint) -> TwistPoint:
    if one == TWIST_INFINITY:
        return two
    if one == two:
        square = _multiply(one[0], one[0])
        rise: Pair = (3 * square[0], 3 * square[1])
        run: Pair = (2 * one[1][0], 2 * one[1][1])
    else:
        rise = _subtract(two[1], one[1])
        run = _subtract(two[0], one[0])
    slope = _multiply(rise, _invert(run))
    x = _subtract(_subtract(_multiply(slope, slope), one[0]), two[0])
    y = _subtract(_multiply(slope, _subtract(one[0], x)), one[1])
    return x, y


def _multiply(one: Pair, two: Pair) -> Pair:
    return (
        (one[0] * two[0] - one[1] * two[1]) % P,
        (one[0] * two[1] + one[1] * two[0]) % P,
    )


def _subtract(one: Pair, two: Pair) -> Pair:
    return (one[0] - two[0]) % P, (one[1] - two[1]) % P


def _invert(value: Pair) -> Pair:
    norm = pow(value[0] * value[0] + value[1] * value[1], -1, P)
    return value[0] * norm % P, -value[1] * norm % P


def _square_root(value: Pair) -> Pair | None:
    """A root by the norm, or None."""
    norm = _field_root((value[0] * value[0] + value[1] * value[1]) % P)
    if norm is None:
        return None
    half = pow(2, -1, P)
    for sign in (norm, -norm):
        real = _field_root((value[0] + sign) * half % P)
        if real:
            root = (real, value[1] * pow(2 * real, -1, P) % P)
            if _multiply(root, root) == value:
                return root
    return None


def _field_root(value: int) -> int | None:
    root = pow(value, (P + 1) // 4, P)
    return root if root * root % P == value else None
