"""Numbers worth trying: words of the EVM at the edges of every size that matters."""

from typing import Final

from fuzz.strategies.source import Source, Weights

WORD: Final = 1 << 256
ALL_ONES: Final = WORD - 1
SECP256K1_ORDER: Final = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
)
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
_SMALL_LENGTHS: Final = (0, 32, 1, 4, 31, 33, 55, 56, 63, 64, 65, 135, 136, 137, 96)


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
