"""Inputs of the precompiles on BLS12-381 (EIP-2537), and of point evaluation.

Points come from a pool: multiples of the generators, points of the curves outside of
the subgroups, of small order too. py_ecc makes them, once.
"""

from functools import cache
from typing import Any, Final

from py_ecc import optimized_bls12_381

from fuzz.strategies.numbers import near, word
from fuzz.strategies.source import Source, Weights

ecc: Final[Any] = optimized_bls12_381
FIELD: Final[int] = ecc.field_modulus
ORDER: Final[int] = ecc.curve_order
PARAMETER: Final = 0xD201000000010000
"""Its absolute value."""
G1_COFACTOR: Final = (PARAMETER + 1) ** 2 // 3
G2_COFACTOR: Final = (
    PARAMETER**8
    + 4 * PARAMETER**7
    + 5 * PARAMETER**6
    - 4 * PARAMETER**4
    - 6 * PARAMETER**3
    - 4 * PARAMETER**2
    + 4 * PARAMETER
    + 13
) // 9
FIELD_BYTES: Final = 64
G1_BYTES: Final = 128
G2_BYTES: Final = 256
_SMALL: Final = 12
_MULTIPLES: Final = (*range(_SMALL), *(ORDER - k for k in range(1, 6)))
_EDGES: Final = (
    *(0, 1, 2, 3, ORDER - 1, ORDER, ORDER + 1, 2 * ORDER, (1 << 256) - 1),
    *(PARAMETER, PARAMETER - 1, PARAMETER + 1, PARAMETER**2, PARAMETER**2 - 1),
    *(PARAMETER**3, ORDER - PARAMETER, ORDER // 2, 1 << 64, 1 << 128, (1 << 128) - 1),
)
_STRAYS: Final = 6
_COUNTS: Final = Weights(45, 25, 12, 8, 5, 5)


def coordinates(point: Any) -> bytes:
    """A point of either curve, as the precompiles take it."""
    if ecc.is_inf(point):
        return bytes(G1_BYTES if isinstance(point[0], ecc.FQ) else G2_BYTES)
    numbers: list[int] = []
    for part in ecc.normalize(point):
        numbers += [part.n] if isinstance(part, ecc.FQ) else map(int, part.coeffs)
    return b"".join(_number(number) for number in numbers)


@cache
def g1_pool() -> tuple[bytes, ...]:
    """Points of G1, infinity first."""
    return _pool(ecc.G1)


@cache
def g2_pool() -> tuple[bytes, ...]:
    """Points of G2, infinity first."""
    return _pool(ecc.G2)


def _pool(generator: Any) -> tuple[bytes, ...]:
    far = tuple(pow(3, 200 + k, ORDER) for k in range(12))
    return tuple(
        coordinates(ecc.multiply(generator, k)) for k in (*_MULTIPLES, *far, PARAMETER)
    )


@cache
def g1_strays() -> tuple[bytes, ...]:
    """Points of the curve that are not in G1; the last of orders 3, 11 and 10177."""
    found: list[Any] = []
    x = 0
    while len(found) < _STRAYS:
        square = x**3 + 4
        y = pow(square, (FIELD + 1) // 4, FIELD)
        if y * y % FIELD == square % FIELD:
            found.append((ecc.FQ(x), ecc.FQ(y), ecc.FQ(1)))
        x += 1
    return _strays(found, G1_COFACTOR, (3, 11, 10177), ecc.G1)


@cache
def g2_strays() -> tuple[bytes, ...]:
    """Points of the twist that are not in G2; the last of orders 13, 23 and 2713."""
    found: list[Any] = []
    x = 0
    while len(found) < _STRAYS:
        abscissa = ecc.FQ2([x, 1])
        y = _root(abscissa**3 + ecc.b2)
        if y is not None:
            found.append((abscissa, y, ecc.FQ2.one()))
        x += 1
    return _strays(found, G2_COFACTOR, (13, 23, 2713), ecc.G2)


def _strays(
    points: list[Any], cofactor: int, orders: tuple[int, ...], inside: Any
) -> tuple[bytes, ...]:
    low = [_of_order(points[1], cofactor, prime) for prime in orders]
    moved = [ecc.add(point, inside) for point in low]
    return tuple(coordinates(point) for point in (*points, *moved, *low))


def _of_order(point: Any, cofactor: int, prime: int) -> Any:
    """A multiple of a point that has a small prime order."""
    rest = cofactor
    while rest % prime == 0:
        rest //= prime
    low = ecc.multiply(point, rest * ORDER)
    while not ecc.is_inf(ecc.multiply(low, prime)):
        low = ecc.multiply(low, prime)
    return low


def _root(x: Any) -> Any:
    """A root in Fp2, or None; by the norm."""
    real, imaginary = map(int, x.coeffs)
    norm = pow(real * real + imaginary * imaginary, (FIELD + 1) // 4, FIELD)
    for sign in (norm, -norm):
        half = (real + sign) * pow(2, -1, FIELD) % FIELD
        part = pow(half, (FIELD + 1) // 4, FIELD)
        if part and part * part % FIELD == half:
            found = ecc.FQ2([part, imaginary * pow(2 * part, -1, FIELD) % FIELD])
            if found * found == x:
                return found
    return None


def g1_sum(source: Source) -> bytes:
    """Two points: any, the same twice, opposites, with infinity."""
    return _summands(source, g1_pool(), g1_strays())


def g2_sum(source: Source) -> bytes:
    """The same on the twist."""
    return _summands(source, g2_pool(), g2_strays())


def _summands(
    source: Source, pool: tuple[bytes, ...], strays: tuple[bytes, ...]
) -> bytes:
    one = _point(source, pool, strays, 40)
    match source.below(6):
        case 0:
            return one + one
        case 1:
            return one + _opposite(one)
    return one + _point(source, pool, strays, 40)


def g1_terms(source: Source) -> bytes:
    """Points and scalars."""
    return _terms(source, g1_pool(), g1_strays())


def g2_terms(source: Source) -> bytes:
    """The same on the twist."""
    return _terms(source, g2_pool(), g2_strays())


def _terms(source: Source, pool: tuple[bytes, ...], strays: tuple[bytes, ...]) -> bytes:
    count = source.choose((1, 2, 3, 5, 17, 34), _COUNTS)
    stray = 12 if count < 4 else 1
    content = b""
    for _ in range(count):
        point = _point(source, pool, strays, stray)
        content += point + _scalar(source)
        if source.chance(10):
            content += _opposite(point) + content[-32:]
    return content


def pairs(source: Source) -> bytes:
    """Up to three pairs; the product is one in half of the good inputs."""
    i, j = source.integer(0, _SMALL - 1), source.integer(0, 3)
    one, two = g1_pool(), g2_pool()
    match source.below(8):
        case 0 | 1:
            # e(i P, j Q) e(-i j P, Q) = 1
            product = one[i * j] if i * j < _SMALL else one[0]
            first = one[i] if i * j < _SMALL else one[0]
            return first + two[j] + _opposite(product) + two[1]
        case 2:
            return one[i] + two[j] + one[i] + _opposite(two[j])
        case 3:
            # e(P, (i + j) Q) e(P, -i Q) e(-P, j Q) = 1
            whole = two[i + j] if i + j < _SMALL else two[0]
            part = two[i] if i + j < _SMALL else _opposite(two[j])
            rest = one[1] + whole + one[1] + _opposite(part)
            return rest + _opposite(one[1]) + two[j]
    content = b""
    for _ in range(source.integer(1, 2)):
        content += _point(source, one, g1_strays(), 8)
        content += _point(source, two, g2_strays(), 8)
    return content


def element(source: Source) -> bytes:
    """Of the prime field."""
    return _number(_element(source))


def pair_of_elements(source: Source) -> bytes:
    """Of Fp2."""
    return element(source) + element(source)


def _element(source: Source) -> int:
    match source.below(8):
        case 0:
            return source.below(6)
        case 1:
            return near(source, FIELD) % (1 << 512)
        case 2:
            return source.below(FIELD) | source.below(1 << 8) << source.integer(
                376, 504
            )
    return source.below(FIELD)


def _point(
    source: Source, pool: tuple[bytes, ...], strays: tuple[bytes, ...], stray: int
) -> bytes:
    """A point of the pool, one outside of the subgroup, or one with a wrong number."""
    if source.chance(stray):
        return source.choose(strays)
    point = source.choose(pool)
    if source.chance(30):
        point = _opposite(point)
    if source.chance(3):
        at = source.below(len(point) // FIELD_BYTES) * FIELD_BYTES
        value = int.from_bytes(point[at : at + FIELD_BYTES], "big")
        wrong = source.choose(
            (
                value + FIELD,
                FIELD,
                value ^ 1,
                value + (1 << source.integer(381, 511)),
                source.below(FIELD),
            )
        )
        return point[:at] + _number(wrong) + point[at + FIELD_BYTES :]
    return point


def _opposite(point: bytes) -> bytes:
    """The inverse, of what may be no point."""
    half = len(point) // 2
    numbers = [
        int.from_bytes(point[i : i + FIELD_BYTES], "big")
        for i in range(half, len(point), FIELD_BYTES)
    ]
    return point[:half] + b"".join(_number(-number % FIELD) for number in numbers)


def _scalar(source: Source) -> bytes:
    match source.below(4):
        case 0:
            number = source.choose(_EDGES)
        case 1:
            number = word(source)
        case _:
            number = source.below(1 << 256)
    return number.to_bytes(32, "big")


def _number(number: int) -> bytes:
    return (number % (1 << 512)).to_bytes(FIELD_BYTES, "big")
