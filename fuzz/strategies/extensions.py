"""Inputs of the precompiles that are mocks or absent in shipped builds.

BLAKE2F and P-256 verification with real content, point evaluation with proofs of
constant polynomials: their proof is the point at infinity.
"""

from functools import cache
from hashlib import sha256
from typing import Final, NamedTuple

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

from fuzz.strategies.numbers import near, word
from fuzz.strategies.source import Source

P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BLS12_ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
WORD_BYTES: Final = 32
MOCK_POINT_EVALUATION_BYTES: Final = 193
_INFINITY: Final = b"\xc0" + bytes(47)
_GENERATOR: Final = bytes.fromhex(
    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58"
    "6c55e83ff97a1aeffb3af00adb22c6bb"
)
_ROUNDS: Final = (12, 0, 1, 10, 200)


def blake2f(source: Source) -> bytes:
    """Rounds, state, message, counter and the final flag; rarely a bad flag."""
    flag = source.choose((1, 0, 1, 0, 2))
    rounds = source.choose(_ROUNDS).to_bytes(4, "big")
    return rounds + source.bytes(208) + bytes([flag])


def p256(source: Source) -> bytes:
    """Digest, r, s and the key of a signature; some with one of them replaced."""
    if source.chance(25):
        return b"".join(_chosen_signature(source))
    words = list(_p256_signatures()[source.below(len(_p256_signatures()))])
    if source.chance(40):
        value = near(source, P256_ORDER) if source.chance(50) else word(source)
        words[source.below(len(words))] = (value % (1 << 256)).to_bytes(32, "big")
    return b"".join(words)


def _chosen_signature(source: Source) -> tuple[bytes, ...]:
    """A signature with a chosen s: the digest is what then fits it.

    Half of those for which it is a word have the order added to s, or to r.
    """
    key, once = (_p256_point(source.integer(1, 3)) for _ in range(2))
    r = once.x % P256_ORDER
    edges = (1, 2, P256_ORDER // 2, P256_ORDER // 2 + 1, P256_ORDER - 1)
    small = source.below((1 << 256) - P256_ORDER)
    s = source.choose((*edges, small, small, word(source) % P256_ORDER))
    digest = (s * once.number - r * key.number) % P256_ORDER
    if source.chance(50):
        s += P256_ORDER if s + P256_ORDER < 1 << 256 else 0
        r += P256_ORDER if r + P256_ORDER < 1 << 256 else 0
    numbers = (digest, r, s, key.x, key.y)
    return tuple(number.to_bytes(WORD_BYTES, "big") for number in numbers)


class _Point(NamedTuple):
    """A multiple of the generator."""

    number: int
    x: int
    y: int


@cache
def _p256_point(number: int) -> _Point:
    point = ECC.construct(curve="P-256", d=number).pointQ
    return _Point(number, int(point.x), int(point.y))


@cache
def _p256_signatures() -> tuple[tuple[bytes, ...], ...]:
    made = []
    for number in range(1, 4):
        key = ECC.construct(curve="P-256", d=number)
        digest = SHA256.new(bytes([number]))
        signature = DSS.new(key, "deterministic-rfc6979").sign(digest)
        x = int(key.pointQ.x).to_bytes(WORD_BYTES, "big")
        y = int(key.pointQ.y).to_bytes(WORD_BYTES, "big")
        made.append((digest.digest(), signature[:32], signature[32:], x, y))
    return tuple(made)


def point_evaluation(source: Source) -> bytes:
    """A constant polynomial at a point; some damaged, some as long as a mock wants."""
    if source.chance(30):
        return source.bytes(MOCK_POINT_EVALUATION_BYTES)
    commitment, y = source.choose(((_INFINITY, 0), (_GENERATOR, 1)))
    z = source.choose((0, 1, BLS12_ORDER - 1, word(source) % BLS12_ORDER))
    content = bytearray(
        b"\1"
        + sha256(commitment).digest()[1:]
        + z.to_bytes(WORD_BYTES, "big")
        + y.to_bytes(WORD_BYTES, "big")
        + commitment
        + _INFINITY
    )
    if source.chance(30):
        content[source.below(len(content))] ^= 1 << source.below(8)
    return bytes(content)
