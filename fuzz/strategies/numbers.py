"""Numbers worth trying: words of the EVM at the edges of every size that matters."""

from typing import Final

from fuzz.strategies.source import Source, Weights

WORD: Final = 1 << 256
ALL_ONES: Final = WORD - 1
SECP256K1_ORDER: Final = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
)
SECP256K1_FIELD: Final = (1 << 256) - (1 << 32) - 977
BN254_FIELD: Final = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD47
BN254_ORDER: Final = 0x30644E72E131A029B85045B68181585D2833E84879B9709143E1F593F0000001
_EDGES: Final = (
    *(
        value % WORD
        for bits in (0, 1, 5, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 160, 192)
        for value in ((1 << bits) - 1, 1 << bits, (1 << bits) + 1, WORD - (1 << bits))
    ),
    *(1 << 255, (1 << 255) - 1, (1 << 255) + 1, ALL_ONES - 1),
    *(SECP256K1_ORDER, BN254_FIELD, BN254_ORDER),
)
_KINDS: Final = Weights(30, 30, 15, 10, 10, 5)
_SMALL_LENGTHS: Final = (
    *(0, 32, 1, 4, 31, 33, 55, 56, 63, 64, 65, 135, 136, 137, 96),
    *(3, 5, 7, 54, 57, 119, 120, 128, 271, 272, 273),
)
"""Edges of words, blocks of hashes and list prefixes, and those that routines want."""
_LARGE_LENGTHS: Final = (8192, 8191, 8193, 4096, 1088, 1087, 16384)
_LIMB_BITS: Final = (64, 32, 16, 128)
_LIMBS: Final = Weights(22, 12, 18, 10, 10, 10, 18)


def word(source: Source) -> int:
    """A 256-bit number: small, at an edge, sparse, or of any bytes."""
    match source.choose(range(6), _KINDS):
        case 0:
            return source.below(40)
        case 1:
            return source.choose(_EDGES)
        case 2:
            return int.from_bytes(source.bytes(source.integer(1, 32)), "big")
        case 3:
            return (source.integer(1, 255) << source.below(256)) % WORD
        case 4:
            return (source.choose(_EDGES) + source.integer(0, 64) - 32) % WORD
    return int.from_bytes(source.bytes(1) * 32, "big")


def limbs(source: Source) -> int:
    """A number of digits of 16 to 128 bits, most of them at an edge of their size."""
    bits = source.choose(_LIMB_BITS)
    count = source.integer(1, min(256 // bits, 6))
    if source.chance(25):
        count = 256 // bits
    number = 0
    for _ in range(count):
        number = number << bits | _limb(source, bits)
    if source.chance(20):
        number = (number << source.below(256)) % WORD
    return number


def _limb(source: Source, bits: int) -> int:
    half, most = 1 << bits - 1, (1 << bits) - 1
    match source.choose(range(7), _LIMBS):
        case 0:
            return most
        case 1:
            return 0
        case 2:
            return half
        case 3:
            return source.integer(1, 3)
        case 4:
            return half + source.choose((1, -1))
        case 5:
            return most - source.integer(1, 3)
    return source.below(most + 1)


def large_length(source: Source) -> int:
    """A length at the block edges of hashes; one in four in the thousands."""
    return source.choose(_LARGE_LENGTHS) if source.chance(25) else length(source)


def length(source: Source) -> int:
    """A length in bytes around the block sizes of hashes and words, below 500."""
    if source.chance(60):
        return source.choose(_SMALL_LENGTHS)
    return source.below(500)


def near(source: Source, value: int, spread: int = 3) -> int:
    """A number within `spread` of `value`, not below 0."""
    return max(0, value + source.integer(0, 2 * spread) - spread)


def data(source: Source, most: int = 500) -> bytes:
    """Bytes: none, zeros, few or many."""
    size = min(length(source), most)
    match source.below(4):
        case 0:
            return bytes(size)
        case 1:
            sparse = bytearray(size)
            if size:
                sparse[source.below(size)] = source.integer(1, 255)
            return bytes(sparse)
    return source.bytes(size)
