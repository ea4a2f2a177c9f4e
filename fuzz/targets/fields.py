"""Fields below the curves: compiled code against Python's integers.

The curves reach a field's edges once in 2**30 operations or never; here operands are
drawn next to them: zero, the prime and its fractions, the radix.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fuzz.strategies.numbers import BN254_FIELD, SECP256K1_FIELD, SECP256K1_ORDER, near
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.calls import Argument, CallTarget, Function
from fuzz.targets.field_references import (
    BLS381_FIELD,
    P256_FIELD,
    P256_ORDER,
    Pair,
    Prime,
    Quadratic,
    pair_operations,
)
from zkos.compiler.variant import COVERAGE, Variant

_WORDS: Final = "fuzz.targets.guest.word_fields"
_BLS381: Final = "fuzz.targets.guest.bls381_fields"
_PRIMES: Final = (
    *(SECP256K1_FIELD, SECP256K1_ORDER, P256_FIELD, P256_ORDER, BN254_FIELD),
)
_PLACES: Final = 3
"""Where a result goes: elsewhere, over the left operand, over the right one."""


def _number(source: Source, prime: Prime) -> int:
    """An element at an edge of its field."""
    p, radix = prime.p, prime.radix
    match source.below(7):
        case 0:
            return near(source, 0) % p
        case 1:
            return (p - 1 - source.below(4)) % p
        case 2:
            return near(source, p * source.below(13) // source.integer(1, 12)) % p
        case 3:
            return source.integer(0, 40) * radix % p
        case 4:
            # As the prime at the top, anything below.
            cut = source.below(p.bit_length())
            return ((p >> cut << cut) + source.below(1 << cut)) % p
        case 5:
            return near(source, 1 << source.below(p.bit_length())) % p
    return source.below(p)


def _two(source: Source, prime: Prime) -> Pair:
    """Elements, the second often in a relation to the first."""
    x = _number(source, prime)
    match source.below(5):
        case 0:
            return x, near(source, prime.p - x) % prime.p
        case 1:
            return x, near(source, x) % prime.p
    return x, _number(source, prime)


_WORD_OPERATIONS: Final[Mapping[str, Callable[[Prime, int, int], int]]] = {
    "add": lambda f, x, y: (x + y) % f.p,
    "sub": lambda f, x, y: (x - y) % f.p,
    "mul": lambda f, x, y: f.mul(x, y),
    "halve": lambda f, x, _: x * (f.p + 1) // 2 % f.p,
    "negate": lambda f, x, _: -x % f.p,
    "invert": lambda f, x, _: f.invert(x),
    "enter": lambda f, x, _: x * f.radix % f.p,
    "leave": lambda f, x, _: f.mul(x, 1),
}


def _word_function(number: int, expected: Callable[[Prime, int, int], int]) -> Function:
    invert = tuple(_WORD_OPERATIONS).index("invert")

    def generate(source: Source) -> tuple[Argument, ...]:
        p = source.choose(_PRIMES)
        return fit(number, p, 0, *_two(source, Prime(p, 1 << 256)))

    def fit(_: int, p: int, __: int, x: int, y: int) -> tuple[Argument, ...]:
        p = p if p in _PRIMES else _PRIMES[p % len(_PRIMES)]
        x = x % p
        # The square of the radix brings numbers into Montgomery form.
        return number, p, (1 << 512) % p, (x or 1) if number == invert else x, y % p

    def answer(_: int, p: int, __: int, x: int, y: int) -> int:
        return expected(Prime(p, 1 << 256), x, y)

    return Function(f"{_WORDS}:word_field", generate, answer, fit=fit)


_FP: Final = Prime(BLS381_FIELD, 1 << 512)
_FP_OPERATIONS: Final[Mapping[str, Callable[[int, int], int | None]]] = {
    "add": lambda x, y: (x + y) % _FP.p,
    "sub": lambda x, y: (x - y) % _FP.p,
    "mul": _FP.mul,
    "square": lambda x, _: _FP.mul(x, x),
    "negate": lambda x, _: -x % _FP.p,
    "invert": lambda x, _: _FP.invert(x),
    "double": lambda x, _: 2 * x % _FP.p,
    "halve": lambda x, _: x * (_FP.p + 1) // 2 % _FP.p,
    "enter": lambda x, _: x * _FP.radix % _FP.p,
    "leave": lambda x, _: _FP.mul(x, 1),
    "mul_add": lambda x, y: (_FP.mul(x, y) + _FP.mul(x, x)) % _FP.p,
    "root": lambda x, _: _FP.root(x),
}


def _bn254() -> dict[str, Callable[[Pair, Pair], Pair]]:
    field = Quadratic(Prime(BN254_FIELD, 1 << 256))
    half = (BN254_FIELD + 1) // 2
    return {
        **pair_operations(field, (9, 1)),
        "halve": lambda x, _: field.times(x, (half, 0)),
        "triple": lambda x, _: field.times(x, (3, 0)),
        "scale": lambda x, y: field.mul(x, (y[0], 0)),
    }


def _bls381() -> dict[str, Callable[[Pair, Pair], Pair]]:
    field = Quadratic(_FP)
    return {
        **pair_operations(field, (1, 1)),
        "double": lambda x, _: field.times(x, (2, 0)),
    }


@dataclass(frozen=True, slots=True)
class _Layout:
    """How elements lie in bytes: so many numbers of so many bytes."""

    prime: Prime
    count: int
    size: int

    def read(self, content: bytes) -> tuple[int, ...]:
        """Elements of any bytes."""
        numbers = []
        for at in range(0, self.count * self.size, self.size):
            part = content[at : at + self.size]
            numbers.append(int.from_bytes(part, "big") % self.prime.p)
        return tuple(numbers)

    def write(self, *numbers: int) -> bytes:
        return b"".join(number.to_bytes(self.size, "big") for number in numbers)


def _functions(
    prefix: str, place: str, layout: _Layout, operations: Mapping[str, Any]
) -> dict[str, Function]:
    return {
        f"{prefix}_{name}": _function(place, layout, number, expected, name)
        for number, (name, expected) in enumerate(operations.items())
    }


def _function(
    place: str, layout: _Layout, number: int, expected: Callable[..., Any], name: str
) -> Function:
    single = layout.count == 1

    def generate(source: Source) -> tuple[Argument, ...]:
        pairs = [_two(source, layout.prime) for _ in range(layout.count)]
        left, right = (layout.write(*numbers) for numbers in zip(*pairs, strict=True))
        return fit(number, source.below(_PLACES), left, right)

    def fit(_: int, to: int, left: bytes, right: bytes) -> tuple[Argument, ...]:
        x, y = layout.read(left), layout.read(right)
        if name == "invert" and not single and not any(x):
            x = (1, *x[1:])
        return number, to % _PLACES, layout.write(*x), layout.write(*y)

    def answer(_: int, __: int, left: bytes, right: bytes) -> Any:
        x, y = layout.read(left), layout.read(right)
        if not single:
            return None, layout.write(*expected(x, y))
        result = expected(x[0], y[0])
        return result is not None, layout.write(result or 0)

    size = layout.count * layout.size
    return Function(place, generate, answer, out=lambda *_: size, fit=fit)


def fields(variant: Variant = COVERAGE) -> CallTarget:
    """Prime and quadratic fields of the curves against Python's integers."""
    bn254 = Prime(BN254_FIELD, 1 << 256)
    return CallTarget(
        "fields",
        {
            **{
                f"word_{name}": _word_function(number, expected)
                for number, (name, expected) in enumerate(_WORD_OPERATIONS.items())
            },
            **_functions(
                "bn254", f"{_WORDS}:bn254_fp2", _Layout(bn254, 2, 32), _bn254()
            ),
            **_functions(
                "fp", f"{_BLS381}:bls381_fp", _Layout(_FP, 1, 64), _FP_OPERATIONS
            ),
            **_functions(
                "fp2", f"{_BLS381}:bls381_fp2", _Layout(_FP, 2, 64), _bls381()
            ),
        },
        variant,
    )


if __name__ == "__main__":
    main("fields")
