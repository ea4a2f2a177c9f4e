"""What precompiles must answer, from libraries and from definitions."""

import struct
from functools import cache
from typing import Any, Final

from Crypto.PublicKey import ECC
from py_ecc import optimized_bn128

from fuzz.strategies.numbers import BN254_FIELD
from zkos.host.signing import SECP256K1_ORDER, recover

bn254: Final[Any] = optimized_bn128
_MASK: Final = (1 << 64) - 1
_BLAKE2B_IV: Final = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)
_SIGMA: Final = (
    "0123456789abcdef",
    "ea489fd61c02b753",
    "b8c052fdae367194",
    "7931dcbe265a40f8",
    "905724afe1bc683d",
    "2c6a0b834d75fe19",
    "c51fed4a0763928b",
    "db7ec13950f4862a",
    "6fe9b308c2d714a5",
    "a2847615fb9e3cd0",
)
"""RFC 7693, section 2.7."""
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Point = tuple[Any, Any, Any]


def blake2b_compression(
    rounds: int, h: bytes, message: bytes, count: bytes, last: int
) -> bytes:
    """Function F of RFC 7693 with any number of rounds (EIP-152)."""
    state = list(struct.unpack("<8Q", h))
    words = struct.unpack("<16Q", message)
    low, high = struct.unpack("<2Q", count)
    v = [*state, *_BLAKE2B_IV]
    v[12] ^= low
    v[13] ^= high
    if last:
        v[14] ^= _MASK
    for number in range(rounds):
        order = [int(digit, 16) for digit in _SIGMA[number % 10]]
        for index in range(8):
            x, y = words[order[2 * index]], words[order[2 * index + 1]]
            _mix(v, index, x, y)
    mixed = [state[i] ^ v[i] ^ v[i + 8] for i in range(8)]
    return struct.pack("<8Q", *mixed)


def _mix(v: list[int], index: int, x: int, y: int) -> None:
    """G on the column or, for indices from 4, the diagonal with this number."""
    shift = 1 if index >= 4 else 0
    a, b, c, d = (4 * row + (index + shift * row) % 4 for row in range(4))
    v[a] = (v[a] + v[b] + x) & _MASK
    v[d] = _rotated(v[d] ^ v[a], 32)
    v[c] = (v[c] + v[d]) & _MASK
    v[b] = _rotated(v[b] ^ v[c], 24)
    v[a] = (v[a] + v[b] + y) & _MASK
    v[d] = _rotated(v[d] ^ v[a], 16)
    v[c] = (v[c] + v[d]) & _MASK
    v[b] = _rotated(v[b] ^ v[c], 63)


def _rotated(x: int, bits: int) -> int:
    return (x >> bits | x << (64 - bits)) & _MASK


def recovered(digest: int, r: int, s: int, odd: int) -> tuple[bool, int]:
    """Whether a secp256k1 signature recovers a key, and its address."""
    if not (0 < r < SECP256K1_ORDER and 0 < s < SECP256K1_ORDER):
        return False, 0
    parts = [number.to_bytes(32, "big") for number in (digest, r, s)]
    address = recover(parts[0], parts[1] + parts[2] + bytes([27 + odd]))
    return (False, 0) if address is None else (True, address)


def p256_good(data: bytes) -> bool:
    """Whether digest, r, s, x, y are a good P-256 signature (RIP-7212)."""
    digest, r, s, x, y = words_of(data)
    if not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        return False
    try:
        key = ECC.EccPoint(x, y, curve="P-256")
    except ValueError:
        return False
    if key.is_point_at_infinity():
        return False
    inverse = pow(s, -1, P256_ORDER)
    generator = _p256_generator()
    sum_ = generator * (digest * inverse % P256_ORDER) + key * (
        r * inverse % P256_ORDER
    )
    return not sum_.is_point_at_infinity() and int(sum_.x) % P256_ORDER == r


@cache
def _p256_generator() -> Any:
    return ECC.construct(curve="P-256", d=1).pointQ


def words_of(data: bytes) -> list[int]:
    """The 32-byte numbers in data."""
    return [int.from_bytes(data[i : i + 32], "big") for i in range(0, len(data), 32)]


def bn254_sum(data: bytes) -> bytes | None:
    """EIP-196: the sum of two points, None for what are none."""
    numbers = words_of(data)
    points = [_bn254_point(*numbers[i : i + 2]) for i in (0, 2)]
    if points[0] is None or points[1] is None:
        return None
    return _bn254_bytes(bn254.add(points[0], points[1]))


def bn254_multiple(data: bytes) -> bytes | None:
    """EIP-196: a multiple of a point, None for what is none."""
    x, y, scalar = words_of(data)
    point = _bn254_point(x, y)
    return None if point is None else _bn254_bytes(bn254.multiply(point, scalar))


def bn254_product_is_one(data: bytes) -> bytes | None:
    """EIP-197: whether the product of pairings is one, None for bad points."""
    numbers = words_of(data)
    product = bn254.FQ12.one()
    for start in range(0, len(numbers), 6):
        x, y, *coordinates = numbers[start : start + 6]
        point, twist = _bn254_point(x, y), _bn254_twist(coordinates)
        if point is None or twist is None:
            return None
        product *= bn254.pairing(twist, point)
    return int(product == bn254.FQ12.one()).to_bytes(32, "big")


def _bn254_point(x: int, y: int) -> Point | None:
    if max(x, y) >= BN254_FIELD:
        return None
    if x == y == 0:
        return bn254.FQ.one(), bn254.FQ.one(), bn254.FQ.zero()
    point = (bn254.FQ(x), bn254.FQ(y), bn254.FQ.one())
    return point if bn254.is_on_curve(point, bn254.b) else None


def _bn254_twist(numbers: list[int]) -> Point | None:
    if max(numbers) >= BN254_FIELD:
        return None
    if not any(numbers):
        return bn254.FQ2.one(), bn254.FQ2.one(), bn254.FQ2.zero()
    x_imaginary, x_real, y_imaginary, y_real = numbers
    point = (
        bn254.FQ2([x_real, x_imaginary]),
        bn254.FQ2([y_real, y_imaginary]),
        bn254.FQ2.one(),
    )
    if not bn254.is_on_curve(point, bn254.b2):
        return None
    in_group = bn254.is_inf(bn254.multiply(point, bn254.curve_order))
    return point if in_group else None


def _bn254_bytes(point: Point) -> bytes:
    if bn254.is_inf(point):
        return bytes(64)
    x, y = bn254.normalize(point)
    return int(x).to_bytes(32, "big") + int(y).to_bytes(32, "big")
