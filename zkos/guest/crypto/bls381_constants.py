"""Parameters of the curve BLS12-381, and its fields' constants.

Numbers of the prime field are pairs (low, high) of 256-bit limbs in Montgomery form
with radix 2**512; those of Fp2 are two such pairs in a row. All is computed by
ordinary Python at import, from the curve's parameter and its published generators
(Bowe, 2017; the IETF draft on pairing-friendly curves).
"""

from typing import Final

from zkos.guest.crypto.field_tables import add_points, multiply_point
from zkos.lang.ints import U8, U32, U256

_U: Final = 0xD201000000010000
"""The absolute value of the negative number the curve is made from."""
_ORDER: Final = _U**4 - _U**2 + 1
_PRIME: Final = (_U + 1) ** 2 * _ORDER // 3 - _U
_LIMB: Final = 1 << 256


def split(x: int) -> tuple[U256, ...]:
    """The limbs of a number below 2**512, as it is."""
    return U256(x % _LIMB), U256(x >> 256)


def montgomery(*numbers: int) -> tuple[U256, ...]:
    """The limbs of numbers of the prime field in Montgomery form, in a row."""
    return tuple(limb for x in numbers for limb in split((x << 512) % _PRIME))


def fp2_multiply(x: tuple[int, int], y: tuple[int, int]) -> tuple[int, int]:
    """The product in Fp2 = Fp[i] / (i**2 + 1)."""
    real = x[0] * y[0] - x[1] * y[1]
    return real % _PRIME, (x[0] * y[1] + x[1] * y[0]) % _PRIME


def fp2_power(x: tuple[int, int], exponent: int) -> tuple[int, int]:
    """The power, for an exponent of at least one."""
    result = x
    for bit in bin(exponent)[3:]:
        result = fp2_multiply(result, result)
        if bit == "1":
            result = fp2_multiply(result, x)
    return result


def _frobenius(k: int) -> tuple[U256, ...]:
    """What the Frobenius map multiplies w**k by: xi ** (k (p - 1) / 6)."""
    return montgomery(*fp2_power((1, 1), k * (_PRIME - 1) // 6))


def _untwisted(k: int) -> tuple[U256, ...]:
    """The inverse of `_frobenius`: half of 1 - i is 1 / xi."""
    inverse = ((_PRIME + 1) // 2, (_PRIME - 1) // 2)
    return montgomery(*fp2_power(inverse, k * (_PRIME - 1) // 6))


def _hex_digits(exponent: int) -> tuple[U8, ...]:
    return tuple(U8(int(digit, 16)) for digit in f"{exponent:x}")


def _cube_root_of_one() -> int:
    """The beta for which (x, y) -> (beta x, y) is the multiple by -u**2."""
    root = next(
        root
        for base in range(2, _PRIME)
        if (root := pow(base, (_PRIME - 1) // 3, _PRIME)) != 1
    )
    point = (GENERATOR_X, GENERATOR_Y)
    wanted = multiply_point(point, _U * _U, _PRIME, 0)[0]
    return next(
        b for b in (root, root * root % _PRIME) if b * point[0] % _PRIME == wanted
    )


def _odd_multiples(point: tuple[int, int], count: int) -> list[tuple[int, int]]:
    step = add_points(point, point, _PRIME, 0)
    points = [point]
    while len(points) < count:
        points.append(add_points(points[-1], step, _PRIME, 0))
    return points


GENERATOR_X: Final = int(
    "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905"
    "a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
    16,
)
GENERATOR_Y: Final = int(
    "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af6"
    "00db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
    16,
)

PRIME: Final = split(_PRIME)
HALF_PRIME: Final = split(_PRIME // 2)
PRIME_FACTOR: Final = U256(-pow(_PRIME, -1, _LIMB) % _LIMB)
"""-1 / p modulo 2**256."""
SQUARE_OF_RADIX: Final = split(2**1024 % _PRIME)
PRIME_TOP: Final = U32(_PRIME >> 352)
"""The highest 32-bit word, of 381 bits in twelve."""
ONE: Final = montgomery(1)
ORDER: Final = U256(_ORDER)
PARAMETER_SQUARED: Final = U256(_U * _U)
"""u**2, which splits scalars into halves."""
PARAMETER_BITS: Final = tuple(U8(int(bit)) for bit in f"{_U:b}")
PARAMETER_LENGTH: Final = U32(len(PARAMETER_BITS))
ROOT_DIGITS: Final = _hex_digits((_PRIME - 3) // 4)
"""The exponent below square roots and inverses, in base 16 from the top."""
ROOT_LENGTH: Final = U32(len(ROOT_DIGITS))
CURVE_B: Final = montgomery(4)
BETA: Final = montgomery(_cube_root_of_one())

GENERATOR_WIDTH: Final = U32(7)
GENERATOR_MULTIPLES: Final = tuple(
    limb
    for point in _odd_multiples((GENERATOR_X, GENERATOR_Y), 32)
    for limb in montgomery(*point)
)
"""x and y of G, 3 G, 5 G ..., four limbs a point."""

FROBENIUS_1: Final = _frobenius(1)
FROBENIUS_2: Final = _frobenius(2)
FROBENIUS_3: Final = _frobenius(3)
FROBENIUS_4: Final = _frobenius(4)
FROBENIUS_5: Final = _frobenius(5)

TWIST_B: Final = montgomery(4, 4)
"""The twist is y**2 = x**3 + 4 xi."""
TWIST_3B: Final = montgomery(12, 12)
PSI_X: Final = _untwisted(2)
"""What the Frobenius map, seen on the twist, multiplies the conjugate of x by."""
PSI_Y: Final = _untwisted(3)
PARAMETER: Final = U256(_U)
