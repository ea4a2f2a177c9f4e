"""Parameters of the curve bn254 (alt_bn128, EIP-196 and EIP-197).

Everything but plain numbers is in Montgomery form; pairs are elements of Fp2.
"""

from typing import Final

from zkos.guest.crypto.field_tables import to_montgomery
from zkos.lang.ints import U8, U32, U64, U256

_U: Final = 4965661367192848881
"""The number the curve is made from (Barreto and Naehrig, 2005)."""
PRIME: Final = U256(36 * _U**4 + 36 * _U**3 + 24 * _U**2 + 6 * _U + 1)
PRIME_SQUARE_OF_RADIX: Final = U256(2**512 % int(PRIME))
ORDER: Final = U256(36 * _U**4 + 36 * _U**3 + 18 * _U**2 + 6 * _U + 1)
PARAMETER: Final = U64(_U)
PRIME_TOP: Final = U32((int(PRIME) >> 228) + 1)
"""More than the prime's bits from 228 on."""
CURVE_B: Final = to_montgomery(3, int(PRIME))


def _multiply(x: tuple[int, int], y: tuple[int, int]) -> tuple[int, int]:
    real = x[0] * y[0] - x[1] * y[1]
    return real % int(PRIME), (x[0] * y[1] + x[1] * y[0]) % int(PRIME)


def _power(x: tuple[int, int], exponent: int) -> tuple[int, int]:
    result = (1, 0)
    for bit in bin(exponent)[2:]:
        result = _multiply(result, result)
        if bit == "1":
            result = _multiply(result, x)
    return result


def _montgomery(x: tuple[int, int]) -> tuple[U256, U256]:
    return to_montgomery(x[0], int(PRIME)), to_montgomery(x[1], int(PRIME))


def _signed_digits(scalar: int) -> tuple[U8, ...]:
    """Non-adjacent form from the top: 0, 1, and 2 for minus one."""
    digits: list[U8] = []
    while scalar != 0:
        digit = 2 - scalar % 4 if scalar % 2 == 1 else 0
        digits.append(U8(digit % 3))
        scalar = (scalar - digit) // 2
    return tuple(reversed(digits))


LOOP_DIGITS: Final = _signed_digits(6 * _U + 2)
"""Of the optimal ate pairing's loop (Vercauteren, 2008)."""
PARAMETER_DIGITS: Final = _signed_digits(_U)
LOOP_LENGTH: Final = U32(len(LOOP_DIGITS))
PARAMETER_LENGTH: Final = U32(len(PARAMETER_DIGITS))

_XI: Final = (9, 1)
_XI_INVERSE: Final = _power(_XI, int(PRIME) ** 2 - 2)
TWIST_B: Final = _montgomery(_multiply((3, 0), _XI_INVERSE))
TWIST_3B: Final = _montgomery(_multiply((9, 0), _XI_INVERSE))

# xi ** (k (p - 1) / 6): what the Frobenius map multiplies w ** k by.
FROBENIUS_1: Final = _montgomery(_power(_XI, (int(PRIME) - 1) // 6))
FROBENIUS_2: Final = _montgomery(_power(_XI, (int(PRIME) - 1) // 3))
FROBENIUS_3: Final = _montgomery(_power(_XI, (int(PRIME) - 1) // 2))
FROBENIUS_4: Final = _montgomery(_power(_XI, 2 * (int(PRIME) - 1) // 3))
FROBENIUS_5: Final = _montgomery(_power(_XI, 5 * (int(PRIME) - 1) // 6))
