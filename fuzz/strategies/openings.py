"""Inputs of point evaluation (EIP-4844): openings of polynomials a + b x.

The proof of the value at any point is b times the generator, so points and values may
be any. `extensions.point_evaluation` has constants only, and needs no trusted setup.
"""

from functools import cache
from hashlib import sha256
from typing import Any, Final

from py_ecc.bls import point_compression

from fuzz.strategies.bls381 import FIELD, ORDER, ecc
from fuzz.strategies.numbers import near, word
from fuzz.strategies.source import Source

compression: Final[Any] = point_compression
_ELEMENTS: Final = 4096
_INDEX_BITS: Final = 12
_ROOT_BASE: Final = 7
"""Generates the scalars."""
_COMPRESSED: Final = 1 << 383
_INFINITE: Final = 1 << 382
_LARGER: Final = 1 << 381


def opening(source: Source) -> bytes:
    """A good opening, or one with a part changed."""
    a, b, commitment, proof = source.choose(make_lines())
    z = source.choose((0, 1, ORDER - 1, word(source) % ORDER, source.below(ORDER)))
    y = (a + b * z) % ORDER
    name = b"\1" + sha256(commitment).digest()[1:]
    parts = [name, _word(z), _word(y), commitment, proof]
    if source.chance(45):
        _change(source, parts)
    return b"".join(parts)


def _change(source: Source, parts: list[bytes]) -> None:
    """Change a part; the name follows its commitment, mostly."""
    at = source.below(5)
    match at:
        case 0:
            parts[0] = bytes([source.below(3)]) + parts[0][1:]
        case 1 | 2:
            number = int.from_bytes(parts[at], "big")
            changed = source.choose((number + ORDER, near(source, ORDER), number ^ 1))
            parts[at] = _word(changed % (1 << 256))
        case _:
            parts[at] = _changed_point(source, parts[at])
            if source.chance(90):
                parts[0] = b"\1" + sha256(parts[3]).digest()[1:]


def _changed_point(source: Source, point: bytes) -> bytes:
    match source.below(5):
        case 0:
            other: bytes = source.choose(make_lines())[2]
            return other
        case 1:
            # The other y, no longer compressed, infinite.
            flag = source.choose((_LARGER, _COMPRESSED, _INFINITE))
            return (int.from_bytes(point, "big") ^ flag).to_bytes(48, "big")
        case 2:
            number = near(source, FIELD) % _LARGER
            return (_COMPRESSED + number).to_bytes(48, "big")
        case 3:
            return (_COMPRESSED + source.below(FIELD)).to_bytes(48, "big")
    changed = bytearray(point)
    changed[source.below(48)] ^= 1 << source.below(8)
    return bytes(changed)


@cache
def make_lines() -> tuple[tuple[int, int, bytes, bytes], ...]:
    """Coefficients a and b, commitment and proof; kept, as is the trusted setup."""
    secret = compression.decompress_G1(int.from_bytes(_commitment_to_x(), "big"))
    found = []
    for k in range(12):
        a, b = (pow(5, 31 * k + 1, ORDER), pow(7, 29 * k + 2, ORDER))
        if k < 5:
            a, b = ((0, 0), (1, 0), (0, 1), (ORDER - 1, 1), (3, ORDER - 2))[k]
        slope = ecc.multiply(ecc.G1, b)
        total = ecc.add(ecc.multiply(ecc.G1, a), ecc.multiply(secret, b))
        found.append((a, b, _compressed(total), _compressed(slope)))
    return tuple(found)


def _commitment_to_x() -> bytes:
    """By the values at the roots of unity, which a blob holds in bit-reversed order."""
    import ckzg

    from zkos.host.kzg import trusted_setup

    root = pow(_ROOT_BASE, (ORDER - 1) // _ELEMENTS, ORDER)
    places = (int(f"{index:0{_INDEX_BITS}b}"[::-1], 2) for index in range(_ELEMENTS))
    blob = b"".join(_word(pow(root, place, ORDER)) for place in places)
    commitment: bytes = ckzg.blob_to_kzg_commitment(blob, trusted_setup())
    return commitment


def _compressed(point: object) -> bytes:
    return int(compression.compress_G1(point)).to_bytes(48, "big")


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")
