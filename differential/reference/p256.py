"""P256VERIFY as EIP-7951 has it, over the curve arithmetic of pycryptodome."""

from typing import Final

from Crypto.PublicKey.ECC import EccPoint

GAS: Final = 6900
_WORDS: Final = 5
_FIELD: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_GENERATOR: Final = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def verify(data: bytes) -> bytes:
    """1 as 32 bytes for a valid signature, else nothing."""
    if len(data) != 32 * _WORDS or not _is_valid(data):
        return b""
    return (1).to_bytes(32, "big")


def _is_valid(data: bytes) -> bool:
    message, r, s, x, y = (
        int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32)
    )
    if not (0 < r < _ORDER and 0 < s < _ORDER and x < _FIELD and y < _FIELD):
        return False
    try:
        key = EccPoint(x, y, "p256")
    except ValueError:
        return False  # not on the curve
    if key.is_point_at_infinity():
        return False
    inverse = pow(s, -1, _ORDER)
    point = EccPoint(*_GENERATOR, "p256") * (message * inverse % _ORDER)
    point += key * (r * inverse % _ORDER)
    return not point.is_point_at_infinity() and int(point.x) % _ORDER == r
