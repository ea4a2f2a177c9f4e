"""Arithmetic of the EVM's words: compiled code against Python's integers."""

from typing import Final

from fuzz.strategies.numbers import near, word
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.calls import Argument, CallTarget, Function

_DIVISION: Final = "zkos.guest.crypto.division:"
_WORD: Final = 1 << 256
_WIDE: Final = 1 << 512


def _some(source: Source, count: int) -> tuple[int, ...]:
    """Words, sometimes close to each other."""
    numbers = [word(source)]
    for _ in range(count - 1):
        close = near(source, numbers[0]) % _WORD
        numbers.append(close if source.chance(15) else word(source))
    return tuple(numbers)


def _divided(x: int, y: int) -> tuple[int, int]:
    return divmod(x, y)


def _wide(source: Source) -> tuple[Argument, ...]:
    x, y, z, w = _some(source, 4)
    return x << 256 | y, (z << 256 | w if source.chance(50) else w) or 1


def _narrow(source: Source) -> tuple[Argument, ...]:
    x, y = _some(source, 2)
    return x % (1 << 128), y % (1 << 128) or 1


def arithmetic() -> CallTarget:
    """Division, modular arithmetic and powers against Python's integers."""
    return CallTarget(
        "arithmetic",
        {
            "divide_u128": Function(
                f"{_DIVISION}divide_u128",
                _narrow,
                _divided,
                fit=lambda x, y: (x % (1 << 128), y % (1 << 128) or 1),
            ),
            "divide_u256": Function(
                f"{_DIVISION}divide_u256",
                lambda source: _nonzero_last(_some(source, 2)),
                _divided,
                fit=lambda x, y: (x % _WORD, y % _WORD or 1),
            ),
            "divide_u512": Function(
                f"{_DIVISION}divide_u512",
                _wide,
                _divided,
                fit=lambda x, y: (x % _WIDE, y % _WIDE or 1),
            ),
            "addmod": Function(
                f"{_DIVISION}addmod",
                lambda source: _nonzero_last(_some(source, 3)),
                lambda x, y, m: (x + y) % m,
                fit=lambda x, y, m: (x % _WORD, y % _WORD, m % _WORD or 1),
            ),
            "mulmod": Function(
                f"{_DIVISION}mulmod",
                lambda source: _nonzero_last(_some(source, 3)),
                lambda x, y, m: x * y % m,
                fit=lambda x, y, m: (x % _WORD, y % _WORD, m % _WORD or 1),
            ),
            "exp_u256": Function(
                f"{_DIVISION}exp_u256",
                lambda source: _some(source, 2),
                lambda base, exponent: pow(base, exponent, _WORD),
                fit=lambda x, y: (x % _WORD, y % _WORD),
            ),
        },
    )


def _nonzero_last(numbers: tuple[int, ...]) -> tuple[Argument, ...]:
    return (*numbers[:-1], numbers[-1] or 1)


if __name__ == "__main__":
    main("arithmetic")
