"""Inputs of the precompiles that are mocks or absent in shipped builds.

BLAKE2F and P-256 verification with real content, point evaluation with proofs of
constant polynomials: their proof is the point at infinity.
"""

from functools import cache
from hashlib import sha256
from typing import Final

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
    words = list(_p256_signatures()[source.below(len(_p256_signatures()))])
    if source.chance(40):
        value = near(source, P256_ORDER) if source.chance(50) else word(source)
        words[source.below(len(words))] = (value % (1 << 256)).to_bytes(32, "big")
    return b"".join(words)


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
