"""The lines of the pairing on BLS12-381 for two fixed points of the twist.

The loop adds and doubles only multiples of the second point of a pair. For the
generator of G2 and its multiple by the secret of Ethereum's KZG ceremony (EIP-4844,
the second power in G2 of the trusted setup) all lines are known; they are computed
by ordinary Python at import. Of a line through points of the twist with slope m
through (x, y) stay m x - y and m: at the point (X, Y) of the curve it is
(m x - y) - m X w**2 + Y w**3, but for a factor that the pairing does not see.
"""

from typing import Final

from zkos.guest.crypto.bls381_constants import (
    PARAMETER_BITS,
    PRIME,
    fp2_multiply,
    fp2_power,
    montgomery,
)
from zkos.lang.ints import U32, U256

_PRIME: Final = int(PRIME[0]) + (int(PRIME[1]) << 256)
GENERATOR: Final = (
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57"
    "e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d177"
    "0bac0326a805bbefd48056c8c121bdb8"
)
"""The generator of G2, compressed: flags, then the imaginary and real part of x."""
TAU: Final = (
    "b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2"
    "afaaab24f3499f72185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b"
    "087041de621000edc98edada20c1def2"
)
"""The generator times the ceremony's secret, as published in the trusted setup."""
_LARGER: Final = 1 << 5
_FLAGS: Final = 3


def _subtract(x: tuple[int, int], y: tuple[int, int]) -> tuple[int, int]:
    return (x[0] - y[0]) % _PRIME, (x[1] - y[1]) % _PRIME


def _divide(x: tuple[int, int], y: tuple[int, int]) -> tuple[int, int]:
    inverse = pow(y[0] ** 2 + y[1] ** 2, -1, _PRIME)
    return fp2_multiply(x, (y[0] * inverse, -y[1] * inverse))


def _square_root(x: tuple[int, int]) -> tuple[int, int]:
    """One of the roots of a square (Adj and Rodriguez-Henriquez, 2012)."""
    power = fp2_power(x, (_PRIME - 3) // 4)
    root = fp2_multiply(power, x)
    turned = fp2_multiply(power, root)
    if turned == (_PRIME - 1, 0):
        return fp2_multiply((0, 1), root)
    base = ((1 + turned[0]) % _PRIME, turned[1])
    return fp2_multiply(fp2_power(base, (_PRIME - 1) // 2), root)


def decompress(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """The point of G2 with this compressed form, which must be valid."""
    data = bytes.fromhex(text)
    imaginary = int.from_bytes(data[:48], "big") % (1 << (384 - _FLAGS))
    x = (int.from_bytes(data[48:], "big"), imaginary)
    cube = fp2_multiply(fp2_multiply(x, x), x)
    y = _square_root(((cube[0] + 4) % _PRIME, (cube[1] + 4) % _PRIME))
    negative = _subtract((0, 0), y)
    larger = y[::-1] > negative[::-1]
    return x, y if larger == bool(data[0] & _LARGER) else negative


def _line(
    left: tuple[tuple[int, int], tuple[int, int]],
    right: tuple[tuple[int, int], tuple[int, int]],
) -> tuple[tuple[tuple[int, int], tuple[int, int]], tuple[U256, ...]]:
    """The sum of two points that are not opposite, and the line through them."""
    if left == right:
        square = fp2_multiply(left[0], left[0])
        slope = _divide(
            (3 * square[0], 3 * square[1]), (2 * left[1][0], 2 * left[1][1])
        )
    else:
        slope = _divide(_subtract(right[1], left[1]), _subtract(right[0], left[0]))
    x = _subtract(_subtract(fp2_multiply(slope, slope), left[0]), right[0])
    y = _subtract(fp2_multiply(slope, _subtract(left[0], x)), left[1])
    constant = _subtract(fp2_multiply(slope, left[0]), left[1])
    return (x, y), montgomery(*constant, *slope)


def _lines(point: tuple[tuple[int, int], tuple[int, int]]) -> list[tuple[U256, ...]]:
    """Of all steps: a doubling, and an addition where the parameter has a bit."""
    lines = []
    multiple = point
    for bit in PARAMETER_BITS[1:]:
        multiple, line = _line(multiple, multiple)
        lines.append(line)
        if bit == 1:
            multiple, line = _line(multiple, point)
            lines.append(line)
    return lines


LINE_LIMBS: Final = U32(8)
LINES: Final = tuple(
    limb
    for generator, tau in zip(
        _lines(decompress(GENERATOR)), _lines(decompress(TAU)), strict=True
    )
    for limb in (*generator, *tau)
)
"""The two points' lines in turn, in the order of the loop."""
