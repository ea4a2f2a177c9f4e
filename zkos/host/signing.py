"""Keys, hashes and signatures on secp256k1 (transactions spec 6)."""

from functools import lru_cache
from typing import Final

from coincurve import PrivateKey, PublicKey
from Crypto.Hash import keccak

SIGNATURE_BYTES: Final = 65
SECP256K1_ORDER: Final = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
)


def keccak256(data: bytes) -> bytes:
    """Ethereum's keccak-256 of `data`."""
    return keccak.new(digest_bits=256, data=data).digest()


_KEYS_KEPT: Final = 1024
_key = lru_cache(_KEYS_KEPT)(PrivateKey)
"""Making one multiplies the generator, as much work as a signature."""


@lru_cache(_KEYS_KEPT)
def address_of_key(private_key: bytes) -> int:
    """The address a 32-byte private key controls; ValueError if it is no key."""
    return _address(_key(private_key).public_key)


def sign(private_key: bytes, digest: bytes) -> bytes:
    """The 65 bytes r, s, v of the deterministic low-s signature; v is 27 or 28."""
    signature = _key(private_key).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([signature[64] + 27])


def recover(digest: bytes, signature: bytes) -> int | None:
    """The address that made a 65-byte signature, or None if none can have."""
    if len(signature) != SIGNATURE_BYTES or signature[64] not in (27, 28):
        return None
    try:
        point = PublicKey.from_signature_and_message(
            signature[:64] + bytes([signature[64] - 27]), digest, hasher=None
        )
    except Exception:
        return None
    return _address(point)


def _address(key: PublicKey) -> int:
    return int.from_bytes(keccak256(key.format(compressed=False)[1:])[12:], "big")
