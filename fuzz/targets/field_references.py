"""Fields in Python's integers, in the Montgomery form in which the guest keeps them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

P256_FIELD: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_U: Final = -0xD201000000010000
BLS381_FIELD: Final = (_U - 1) ** 2 * (_U**4 - _U**2 + 1) // 3 + _U
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Prime:
    """Integers modulo a prime in Montgomery form, as the guest keeps them."""

    p: int
    radix: int

    def mul(self, x: int, y: int) -> int:
        return x * y * pow(self.radix, -1, self.p) % self.p

    def invert(self, x: int) -> int:
        """1 / x for x != 0; 0 for 0."""
        return pow(x, self.p - 2, self.p) * self.radix**2 % self.p

    def root(self, x: int) -> int | None:
        """The root that is a power of x, where p is 3 modulo 4."""
        plain = self.mul(x, 1)
        root = pow(plain, (self.p + 1) // 4, self.p)
        return root * self.radix % self.p if root * root % self.p == plain else None


@dataclass(frozen=True, slots=True)
class Quadratic:
    """Pairs c0 + c1 i over a prime field, i * i = -1."""

    base: Prime

    def mul(self, x: Pair, y: Pair) -> Pair:
        mul, p = self.base.mul, self.base.p
        real = (mul(x[0], y[0]) - mul(x[1], y[1])) % p
        return real, (mul(x[0], y[1]) + mul(x[1], y[0])) % p

    def times(self, x: Pair, y: Pair) -> Pair:
        """The product with a pair of plain numbers."""
        real = x[0] * y[0] - x[1] * y[1]
        return real % self.base.p, (x[0] * y[1] + x[1] * y[0]) % self.base.p

    def invert(self, x: Pair) -> Pair:
        mul, p = self.base.mul, self.base.p
        norm = self.base.invert((mul(x[0], x[0]) + mul(x[1], x[1])) % p)
        return mul(x[0], norm), -mul(x[1], norm) % p


def pair_operations(
    field: Quadratic, xi: Pair
) -> dict[str, Callable[[Pair, Pair], Pair]]:
    """The guest's operations on pairs by name; `xi` is the one of the towers."""
    p = field.base.p

    def each(change: Callable[[int, int], int]) -> Callable[[Pair, Pair], Pair]:
        return lambda x, y: (change(x[0], y[0]) % p, change(x[1], y[1]) % p)

    return {
        "add": each(lambda x, y: x + y),
        "sub": each(lambda x, y: x - y),
        "mul": field.mul,
        "square": lambda x, _: field.mul(x, x),
        "negate": each(lambda x, _: -x),
        "invert": lambda x, _: field.invert(x),
        "mul_xi": lambda x, _: field.times(x, xi),
        "conjugate": lambda x, _: (x[0], -x[1] % p),
    }
