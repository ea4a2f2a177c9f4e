"""Inputs of precompiles, shaped so that the mathematics behind them is reached."""

from functools import cache
from typing import Final

from fuzz.strategies import bls381
from fuzz.strategies.curves import (
    MULTIPLES,
    Point,
    TwistPoint,
    multiples,
    negate,
    stray_twist_points,
    twist_multiples,
)
from fuzz.strategies.extensions import blake2f, p256, point_evaluation
from fuzz.strategies.numbers import (
    ALL_ONES,
    BN254_FIELD,
    BN254_ORDER,
    SECP256K1_FIELD,
    SECP256K1_ORDER,
    data,
    length,
    near,
    word,
)
from fuzz.strategies.source import Source, Weights
from zkos.host.signing import keccak256, sign

WORD_BYTES: Final = 32
P256_VERIFY: Final = 0x100
ADDRESSES: Final = (4, 1, 2, 3, 5, 6, 7, 8, 9, 10, P256_VERIFY)
_WEIGHTS: Final = Weights(8, 17, 10, 6, 14, 12, 10, 4, 6, 7, 6)
ETHEREUM_ADDRESSES: Final = (*ADDRESSES[:-1], *range(0x0B, 0x12), P256_VERIFY)
"""Those of the Ethereum instance, the last since Osaka."""
_LENGTHS: Final = (32, 0, 1, 2, 8, 16, 31, 33, 64, 96, 128)
_PARTS: Final = Weights(16, 34, 30, 20)
_RECOVERY_IDS: Final = (27, 28, 29, 30, 0, 1, 26, 31, 35, 27 + 256, 28 + (1 << 255))
_HUGE_LENGTHS: Final = (1 << 32, (1 << 32) - 1, 1 << 31, 1 << 64, ALL_ONES, 1 << 20)


def precompile_call(source: Source) -> tuple[int, bytes]:
    """The address of a precompile and an input for it."""
    address = source.choose(ADDRESSES, _WEIGHTS)
    return address, precompile_input(source, address)


def ethereum_precompile_call(source: Source) -> tuple[int, bytes]:
    """The same for the Ethereum instance."""
    address = source.choose(ETHEREUM_ADDRESSES)
    return address, precompile_input(source, address)


def precompile_input(source: Source, address: int) -> bytes:
    """An input for the precompile: meant for it nine times of ten."""
    if source.chance(10):
        return data(source)
    match address:
        case 1:
            content = ecrecover(source)
        case 5:
            return modexp(source)
        case 6:
            content = _summands(source)
        case 7:
            content = _point(source) + _scalar(source)
        case 8:
            return pairing(source)
        case 9:
            content = blake2f(source)
        case 10:
            content = point_evaluation(source)
        case 0x0B:
            content = bls381.g1_sum(source)
        case 0x0C:
            content = bls381.g1_terms(source)
        case 0x0D:
            content = bls381.g2_sum(source)
        case 0x0E:
            content = bls381.g2_terms(source)
        case 0x0F:
            content = bls381.pairs(source)
        case 0x10:
            content = bls381.element(source)
        case 0x11:
            content = bls381.pair_of_elements(source)
        case 0x100:
            content = p256(source)
        case _:
            return data(source)
    return _resized(source, content)


def ecrecover(source: Source) -> bytes:
    """A signature that recovers, or one with a part replaced."""
    digest, signature = _signatures()[source.below(len(_signatures()))]
    words = [digest, bytes(31) + signature[64:], signature[:32], signature[32:64]]
    if source.chance(65):
        index = source.choose(range(4), _PARTS)
        value = word(source)
        if index == 1 and source.chance(90):
            value = source.choose(_RECOVERY_IDS)
        elif source.chance(30 if index == 2 else 60):
            edge = source.choose((SECP256K1_ORDER, 1, SECP256K1_FIELD))
            value = near(source, edge) % (1 << 256)
        elif index == 3:
            # Between the order and the end of a word.
            value = SECP256K1_ORDER + source.below(1 << 120)
        words[index] = _word(value)
    return b"".join(words)


@cache
def _signatures() -> tuple[tuple[bytes, bytes], ...]:
    pairs = []
    for number in range(1, 9):
        digest = keccak256(bytes([number]))
        pairs.append((digest, sign(_word(number), digest)))
    return tuple(pairs)


def modexp(source: Source) -> bytes:
    """Lengths, base, exponent and modulus, sometimes cut off."""
    lengths = [source.choose(_LENGTHS) for _ in range(3)]
    if source.chance(10):
        lengths = [source.below(300) for _ in range(3)]
    items = [_digits(source, size) for size in lengths]
    if source.chance(8):
        lengths[source.below(3)] = source.choose(_HUGE_LENGTHS)
    content = b"".join([_word(size) for size in lengths] + items)
    if source.chance(8):
        return content[: source.below(len(content) + 1)]
    return content


def pairing(source: Source) -> bytes:
    """Up to two pairs of points; the product is one in half of the pairs of two."""
    count = source.choose((1, 0, 2))
    if source.chance(25):
        return _part_of_a_pair(source, min(count, 1))
    if count == 2 and source.chance(60):
        i, j = source.integer(1, 3), source.integer(1, 2)
        one, two = multiples()[i * j], multiples()[i]
        twist = twist_multiples()
        return _pair(negate(one), twist[1]) + _pair(two, twist[j])
    content = b""
    for _ in range(count):
        content += _point(source) + _twist_point(source)
    return _resized(source, content) if source.chance(20) else content


def _part_of_a_pair(source: Source, count: int) -> bytes:
    """A good pair or none, and more that is too little for another."""
    content = _pair(multiples()[1], twist_multiples()[1]) * count
    part = source.choose((64, 1, 32, 191, 128, 96, 31, source.integer(1, 191)))
    return content + (bytes(part) if source.chance(60) else source.bytes(part))


def _pair(one: Point, two: TwistPoint) -> bytes:
    return _coordinates(one) + _twist_coordinates(two)


def _point(source: Source) -> bytes:
    """A point; one in five is wrong."""
    x, y = multiples()[source.below(MULTIPLES)]
    if source.chance(30):
        y = -y % BN254_FIELD
    if source.chance(20):
        match source.below(4):
            case 0:
                x += BN254_FIELD
            case 1:
                y += BN254_FIELD
            case 2:
                x = near(source, BN254_FIELD)
            case _:
                y = word(source)
    return _coordinates((x, y))


def _summands(source: Source) -> bytes:
    """Two points: any, the same twice, one and its inverse, or with nothing."""
    one = multiples()[source.below(MULTIPLES)]
    match source.below(8):
        case 0:
            return _coordinates(one) * 2
        case 1:
            return _coordinates(one) + _coordinates(negate(one))
        case 2:
            return _coordinates(one) + bytes(2 * WORD_BYTES)
        case 3:
            return bytes(2 * WORD_BYTES) + _coordinates(one)
    return _point(source) + _point(source)


def _twist_point(source: Source) -> bytes:
    if source.chance(20):
        return _twist_coordinates(source.choose(stray_twist_points()))
    content = _twist_coordinates(source.choose(twist_multiples()))
    if source.chance(10):
        index = source.below(4) * WORD_BYTES
        replaced = _word(near(source, BN254_FIELD))
        return content[:index] + replaced + content[index + WORD_BYTES :]
    return content


def _coordinates(point: Point) -> bytes:
    return _word(point[0]) + _word(point[1])


def _twist_coordinates(point: TwistPoint) -> bytes:
    """Imaginary parts first (EIP-197)."""
    (x_real, x_imaginary), (y_real, y_imaginary) = point
    numbers = (x_imaginary, x_real, y_imaginary, y_real)
    return b"".join(_word(number) for number in numbers)


def _scalar(source: Source) -> bytes:
    if source.chance(40):
        return _word(near(source, source.choose((BN254_ORDER, BN254_FIELD))))
    return _word(word(source))


def _digits(source: Source, size: int) -> bytes:
    """A number of `size` bytes: zero, one, all ones, sparse or any."""
    match source.below(6):
        case 0:
            return bytes(size)
        case 1:
            return (bytes(size) + b"\1")[1:] if size else b""
        case 2:
            return b"\xff" * size
        case 3:
            return ((b"\1" + bytes(size))[:size]) if size else b""
    return source.bytes(size)


def _resized(source: Source, content: bytes) -> bytes:
    """The content, sometimes cut or with more behind it."""
    if source.chance(85):
        return content
    if source.chance(50):
        return content[: source.below(len(content) + 1)]
    return content + source.bytes(min(64, length(source)))


def _word(number: int) -> bytes:
    return number.to_bytes(WORD_BYTES, "big")
