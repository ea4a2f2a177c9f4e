"""Operands shaped for an opcode: numbers at which its arithmetic takes another path.

Quotients and divisors have digits at the edges for every size of digit a division may
use; signs, shift amounts and byte indices are those at which a rule changes.
"""

from typing import Final

from fuzz.strategies.numbers import ALL_ONES, WORD, limbs, word
from fuzz.strategies.source import Source, Weights

_TOP: Final = 1 << 255
_DIVISIONS: Final = ("DIV", "SDIV", "MOD", "SMOD")
_SHIFTS: Final = ("SHL", "SHR", "SAR")
_AMOUNTS: Final = (1, 0, 7, 8, 31, 32, 33, 63, 64, 65, 127, 128, 192, 254, 255)
_LARGE: Final = (256, 257, 1 << 32, (1 << 32) + 1, 1 << 64, _TOP, ALL_ONES, 1 << 128)
_INDICES: Final = (0, 1, 30, 31, 32, 15, 29, 33, 7, 8)
_EXPONENTS: Final = (2, 0, 1, 3, 255, 256, 257, 65535, 65536, 1 << 32, _TOP, ALL_ONES)
_BASES: Final = (2, 0, 1, 3, 10, ALL_ONES, ALL_ONES - 1, 1 << 128, _TOP, 256)
_MODULI: Final = Weights(30, 25, 20, 15, 10)


def operands(source: Source, name: str) -> tuple[int, ...]:
    """What the opcode finds on the stack, the top word first."""
    if name in _DIVISIONS:
        return division(source, signed=name[0] == "S")
    if name in _SHIFTS:
        return amount(source), limbs(source)
    match name:
        case "ADDMOD" | "MULMOD":
            return _modular(source)
        case "EXP":
            exponent = source.choose((*_EXPONENTS, limbs(source)))
            return source.choose((*_BASES, word(source))), exponent
        case "BYTE" | "SIGNEXTEND":
            return index(source), _bytes_with_signs(source)
        case "ISZERO" | "NOT":
            return (limbs(source),)
    return _pair(source)


def division(source: Source, *, signed: bool) -> tuple[int, int]:
    """A dividend and a divisor whose quotient or remainder is at an edge."""
    y = limbs(source)
    if source.chance(10):
        return limbs(source), y
    room = 256 - y.bit_length()
    most = (
        64 - y.bit_length() if 0 < y.bit_length() < 64 and source.chance(30) else room
    )
    quotient = limbs(source) & ((1 << most) - 1)
    rest = source.choose((0, 0, 0, 1, max(y - 1, 0), y >> 1))
    x = (quotient * y + rest) % WORD
    if source.chance(8):
        x = (x - 1) % WORD
    if signed:
        x = -x % WORD if source.chance(50) else x
        y = -y % WORD if source.chance(50) else y
    return x, y


def amount(source: Source) -> int:
    """Bits to shift by."""
    if source.chance(30):
        return source.choose(_LARGE)
    return source.choose(_AMOUNTS) if source.chance(60) else source.below(300)


def index(source: Source) -> int:
    """The index of a byte: of the word, or with a low part that looks like one."""
    match source.below(6):
        case 0:
            return source.below(33)
        case 1:
            shift = source.choose((32, 64, 8, 32, 128, 255))
            return (source.integer(1, 3) << shift) % WORD | source.choose(_INDICES)
    return source.choose(_INDICES)


def _modular(source: Source) -> tuple[int, int, int]:
    match source.choose(range(5), _MODULI):
        case 0:
            m = limbs(source)
        case 1:
            # Sums of what is left pass 2**256, and products have a full high half.
            m = _TOP + limbs(source) % _TOP
        case 2:
            m = ALL_ONES - source.below(40)
        case 3:
            m = source.integer(1, 255) << source.below(248)
        case _:
            m = source.below(4)
    return _around(source, m), _around(source, m), m


def _around(source: Source, m: int) -> int:
    """A number near a modulus, near all ones, or any."""
    match source.below(6):
        case 0 | 1:
            return max(0, m - source.integer(1, 3))
        case 2:
            return ALL_ONES - source.below(3)
        case 3:
            return min(m + source.below(2), ALL_ONES)
        case 4:
            return m * source.below(5) % WORD
    return limbs(source)


def _bytes_with_signs(source: Source) -> int:
    """32 bytes that all differ from their neighbours in sign."""
    start = source.below(256)
    return int.from_bytes(
        bytes((start + 0x81 * place) % 256 for place in range(32)), "big"
    )


def _pair(source: Source) -> tuple[int, int]:
    """Two numbers that have much to do with each other."""
    x = limbs(source)
    match source.below(7):
        case 0:
            y = x
        case 1:
            y = -x % WORD
        case 2:
            y = (x + 1) % WORD
        case 3:
            y = (x - 1) % WORD
        case 4:
            y = x ^ _TOP
        case 5:
            y = ~x % WORD
        case _:
            y = limbs(source)
    return (x, y) if source.chance(50) else (y, x)
