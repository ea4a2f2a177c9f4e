"""Accounts by name: each name has a key, the same in every run."""

from typing import Final

from zkos.host.rlp import encode
from zkos.host.signing import SECP256K1_ORDER, address_of_key, keccak256

ADDRESS_BYTES: Final = 20


def key_of(name: str) -> bytes:
    """The private key of a named account."""
    digest = int.from_bytes(keccak256(f"zkos account {name}".encode()), "big")
    return (digest % (SECP256K1_ORDER - 1) + 1).to_bytes(32, "big")


def address_of(name: str) -> int:
    """The address of a named account."""
    return address_of_key(key_of(name))


def created_by(sender: int, nonce: int) -> int:
    """The address that CREATE of an account with this nonce deploys to."""
    digest = keccak256(encode([sender.to_bytes(ADDRESS_BYTES, "big"), nonce]))
    return int.from_bytes(digest[-ADDRESS_BYTES:], "big")
