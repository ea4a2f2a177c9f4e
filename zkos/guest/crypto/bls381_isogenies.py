"""Curves isogenous to those of BLS12-381, and the isogenies onto these (RFC 9380, 8.8).

Maps of field elements to points want a curve y**2 = x**3 + a x + b with neither a nor b
zero. RFC 9380 takes one with an isogeny of degree 11 onto the curve of G1, and one
over Fp2 of degree 3. An isogeny is known by its kernel (Velu, 1971): all else is
computed here by ordinary Python at import. With h the polynomial that is zero at the
kernel and d the degree, up to a sign, it is

    (x, y) -> (n(x) / (d h(x))**2, y m(x) / (d h(x))**3)
"""

from typing import TYPE_CHECKING, Final

from zkos.guest.crypto.bls381_constants import (
    ORDER,
    PARAMETER_BITS,
    PRIME,
    fp2_multiply,
    montgomery,
)
from zkos.guest.crypto.field_tables import add_points, multiply_point
from zkos.lang.ints import U32, U256

if TYPE_CHECKING:
    Number = tuple[int, int]
    """An element of Fp2."""
    Polynomial = list[Number]
    """Coefficients, the constant first."""

_PRIME: Final = int(PRIME[0]) + (int(PRIME[1]) << 256)
G1_A: Final = int(
    "144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aef"
    "d881ac98936f8da0e0f97f5cf428082d584c1d",
    16,
)
G1_B: Final = int(
    "12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14f"
    "cef35ef55a23215a316ceaa5d1cc48e98e172be0",
    16,
)
G1_Z: Final = 11
"""No square; what candidates for x differ by, as the next."""
G2_A: Final = (0, 240)
G2_B: Final = (1012, 1012)
G2_Z: Final = (-2, -1)
G1_DEGREE: Final = 11
G2_DEGREE: Final = 3
G2_KERNEL: Final = (-6, 6)
"""The x of both points of the kernel on the second curve."""


def _add(x: "Number", y: "Number") -> "Number":
    return (x[0] + y[0]) % _PRIME, (x[1] + y[1]) % _PRIME


def _scaled(x: "Number", factor: int) -> "Number":
    return x[0] * factor % _PRIME, x[1] * factor % _PRIME


def invert(x: "Number") -> "Number":
    """1 / x for x != 0."""
    norm = pow(x[0] * x[0] + x[1] * x[1], -1, _PRIME)
    return _scaled((x[0], -x[1]), norm)


def square_root(x: int) -> int:
    """One of the roots of a square of the prime field."""
    return pow(x, (_PRIME + 1) // 4, _PRIME)


def _sum(left: "Polynomial", right: "Polynomial") -> "Polynomial":
    size = max(len(left), len(right))
    padded = [part + [(0, 0)] * (size - len(part)) for part in (left, right)]
    return [_add(x, y) for x, y in zip(*padded, strict=True)]


def _product(left: "Polynomial", right: "Polynomial") -> "Polynomial":
    result = [(0, 0)] * (len(left) + len(right) - 1)
    for i, x in enumerate(left):
        for j, y in enumerate(right):
            result[i + j] = _add(result[i + j], fp2_multiply(x, y))
    return result


def _derivative(polynomial: "Polynomial") -> "Polynomial":
    return [_scaled(x, i) for i, x in enumerate(polynomial)][1:]


def _vanishing(roots: "list[Number]") -> "Polynomial":
    result = [(1, 0)]
    for root in roots:
        result = _product(result, [_scaled(root, -1), (1, 0)])
    return result


def isogeny(
    a: "Number", b: "Number", kernel: "list[Number]"
) -> "tuple[Polynomial, Polynomial, Polynomial]":
    """n, h and m for the curve with a and b and the x of the kernel, each once."""
    vanishing = _vanishing(kernel)
    numerator = _product([(0, 0), (1, 0)], _product(vanishing, vanishing))
    for x in kernel:
        square = fp2_multiply(x, x)
        slope = _scaled(_add(_scaled(square, 3), a), 2)
        cube = _add(fp2_multiply(square, x), fp2_multiply(a, x))
        height = _scaled(_add(cube, b), 4)
        others = _vanishing([other for other in kernel if other != x])
        term = _product([slope], _product(vanishing, others))
        numerator = _sum(numerator, term)
        numerator = _sum(numerator, _product([height], _product(others, others)))
    # The map of y is y times the derivative of that of x.
    rise = _product(_derivative(numerator), vanishing)
    fall = _product([(-2, 0)], _product(numerator, _derivative(vanishing)))
    ordinate = _sum(rise, fall)
    while ordinate[-1] == (0, 0):
        ordinate.pop()
    return numerator, vanishing, ordinate


def _g1_kernel() -> "list[Number]":
    """The x of the five pairs of rational points of order 11.

    They are multiples of one: the group's part of order 121 is cyclic.
    """
    parameter = 0
    for bit in PARAMETER_BITS:
        parameter = 2 * parameter + int(bit)
    count = (parameter + 1) ** 2 // 3 * int(ORDER)
    x = 2
    point = (x, square_root((x**3 + G1_A * x + G1_B) % _PRIME))
    step = multiply_point(point, count // G1_DEGREE, _PRIME, G1_A)
    found = [step]
    while len(found) < G1_DEGREE // 2:
        found.append(add_points(found[-1], step, _PRIME, G1_A))
    return [(x, 0) for x, _ in found]


def _limbs(polynomial: "Polynomial", factor: int, parts: int) -> tuple[U256, ...]:
    """Coefficients times a factor, the highest first, in Montgomery form."""
    return tuple(
        limb
        for x in reversed(polynomial)
        for limb in montgomery(*_scaled(x, factor)[:parts])
    )


_G1: Final = isogeny((G1_A, 0), (G1_B, 0), _g1_kernel())
_G2: Final = isogeny(G2_A, G2_B, [G2_KERNEL])

G1_COEFFICIENTS: Final = (
    *_limbs(_G1[0], 1, 1),
    *_limbs(_G1[1], G1_DEGREE, 1),
    *_limbs(_G1[2], 1, 1),
)
"""Of n, d h and m, two limbs each."""
G1_DEGREES: Final = tuple(U32(len(polynomial) - 1) for polynomial in _G1)
G2_COEFFICIENTS: Final = (
    *_limbs(_G2[0], 1, 2),
    *_limbs(_G2[1], -G2_DEGREE, 2),
    *_limbs(_G2[2], 1, 2),
)
"""Likewise, four limbs each."""
G2_DEGREES: Final = tuple(U32(len(polynomial) - 1) for polynomial in _G2)

G1_CURVE: Final = montgomery(
    G1_A,
    G1_B,
    G1_Z,
    -G1_B * pow(G1_A, -1, _PRIME),
    G1_B * pow(G1_Z * G1_A, -1, _PRIME),
    square_root(-G1_Z % _PRIME),
)
"""a, b, z, -b / a, b / (z a) and a root of -z, two limbs each; -1 is no square."""
G2_CURVE: Final = montgomery(
    *G2_A,
    *G2_B,
    *G2_Z,
    *fp2_multiply(_scaled(G2_B, -1), invert(G2_A)),
    *fp2_multiply(G2_B, invert(fp2_multiply(G2_Z, G2_A))),
)
"""a, b, z, -b / a and b / (z a), four limbs each."""
