"""What the precompiles on BLS12-381 must answer: arkworks' arithmetic (EIP-2537).

Lengths, ranges and the curve's equation are checked here, subgroups there.
"""

from hashlib import sha256
from typing import Any, Final

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from fuzz.strategies.bls381 import FIELD, ORDER

_FIELD_BYTES: Final = 64
_PADDING: Final = 16
_SCALAR_BYTES: Final = 32
_TWIST_B: Final = (4, 4)


class _Refused(Exception):
    """No point, no element or no such length."""


def g1_sum(data: bytes) -> bytes | None:
    """The sum of two points of the curve, None for bad input; and so on."""
    return _answer(_sum, data, 128)


def g2_sum(data: bytes) -> bytes | None:
    """The sum of two points of the twist."""
    return _answer(_sum, data, 256)


def g1_sum_of_multiples(data: bytes) -> bytes | None:
    """The sum of points of G1 times scalars."""
    return _answer(_sum_of_multiples, data, 128)


def g2_sum_of_multiples(data: bytes) -> bytes | None:
    """The sum of points of G2 times scalars."""
    return _answer(_sum_of_multiples, data, 256)


def product_is_one(data: bytes) -> bytes | None:
    """Whether the product of the pairings is one."""
    return _answer(_product, data, 32)


def mapped_to_g1(data: bytes) -> bytes | None:
    """The point for an element of the prime field."""
    return _answer(_map, data, _FIELD_BYTES)


def mapped_to_g2(data: bytes) -> bytes | None:
    """The point for an element of Fp2."""
    return _answer(_map, data, 2 * _FIELD_BYTES)


def _answer(function: Any, data: bytes, size: int) -> bytes | None:
    try:
        answer: bytes = function(data, size)
    except _Refused:
        return None
    return answer


def _sum(data: bytes, size: int) -> bytes:
    one, two = (_point(part) for part in _parts(data, size, 2))
    return _coordinates(one + two, size)


def _sum_of_multiples(data: bytes, size: int) -> bytes:
    points, scalars = [], []
    for part in _parts(data, size + _SCALAR_BYTES):
        points.append(_member(part[:size]))
        scalars.append(Scalar(int.from_bytes(part[size:], "big") % ORDER))
    kind = G1Point if size == 128 else G2Point
    return _coordinates(kind.multiexp_unchecked(points, scalars), size)


def _product(data: bytes, size: int) -> bytes:
    parts = _parts(data, 384)
    ones = [_member(part[:128]) for part in parts]
    twos = [_member(part[128:]) for part in parts]
    return int(GT.pairing_check(ones, twos)).to_bytes(size, "big")


def _map(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise _Refused
    numbers = b"".join(number.to_bytes(48, "big") for number in _numbers(data))
    if size == _FIELD_BYTES:
        return _coordinates(G1Point.map_from_fp_be(numbers), 128)
    return _coordinates(G2Point.map_from_fp2_be(numbers), 256)


def _parts(data: bytes, size: int, count: int | None = None) -> list[bytes]:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    if not parts or len(parts[-1]) != size or count not in (None, len(parts)):
        raise _Refused
    return parts


def _numbers(data: bytes) -> list[int]:
    parts = [data[at : at + _FIELD_BYTES] for at in range(0, len(data), _FIELD_BYTES)]
    numbers = [int.from_bytes(part, "big") for part in parts]
    if max(numbers) >= FIELD:
        raise _Refused
    return numbers


def _point(data: bytes) -> Any:
    """A point of the curve or the twist, by the length of its encoding."""
    numbers = _numbers(data)
    kind = G1Point if len(numbers) == 2 else G2Point
    if not any(numbers):
        return kind.identity()
    if not _is_on_curve(numbers):
        raise _Refused
    content = b"".join(number.to_bytes(48, "big") for number in numbers)
    return kind.from_xy_bytes_unchecked_be(content)


def _is_on_curve(numbers: list[int]) -> bool:
    if len(numbers) == 2:
        x, y = numbers
        return (x**3 + 4 - y**2) % FIELD == 0
    a, b, c, d = numbers
    real = a**3 - 3 * a * b**2 + _TWIST_B[0] - c**2 + d**2
    imaginary = 3 * a**2 * b - b**3 + _TWIST_B[1] - 2 * c * d
    return real % FIELD == 0 and imaginary % FIELD == 0


def _member(data: bytes) -> Any:
    point = _point(data)
    if not point.is_in_subgroup():
        raise _Refused
    return point


def _coordinates(point: Any, size: int) -> bytes:
    content = point.to_xy_bytes_be()
    parts = [content[at : at + 48] for at in range(0, len(content), 48)]
    answer = b"".join(bytes(_PADDING) + part for part in parts)
    assert len(answer) == size
    return answer


def point_is_proven(data: bytes) -> bool:
    """Whether point evaluation (EIP-4844) is satisfied: ckzg's opinion."""
    import ckzg

    from zkos.host.kzg import trusted_setup

    if len(data) != 192:
        return False
    name, z, y, commitment, proof = (
        *(data[:32], data[32:64], data[64:96]),
        *(data[96:144], data[144:]),
    )
    if name != b"\1" + sha256(commitment).digest()[1:]:
        return False
    try:
        good = ckzg.verify_kzg_proof(commitment, z, y, proof, trusted_setup())
    except (ValueError, RuntimeError):
        return False
    return bool(good)
