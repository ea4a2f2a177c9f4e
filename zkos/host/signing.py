"""Keys, signatures and the hashes they sign (transactions spec 5 and 6).

Works on finished fields; `zkos.host.transactions` decides what those are.
"""

from functools import lru_cache
from typing import Final

from coincurve import PrivateKey, PublicKey
from Crypto.Hash import keccak

from zkos.host.rlp import Encodable, encode

SIGNATURE_BYTES: Final = 65
SECP256K1_ORDER: Final = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
)


def keccak256(data: bytes) -> bytes:
    """Ethereum's keccak-256 of `data`."""
    return keccak.new(digest_bits=256, data=data).digest()


_EIP712_DOMAIN_TYPE: Final = keccak256(
    b"EIP712Domain(string name,string version,uint256 chainId)"
)
_EIP712_TRANSACTION_TYPE: Final = keccak256(
    b"Transaction(uint256 txType,uint256 from,uint256 to,uint256 gasLimit,"
    b"uint256 gasPerPubdataByteLimit,uint256 maxFeePerGas,"
    b"uint256 maxPriorityFeePerGas,uint256 paymaster,uint256 nonce,uint256 value,"
    b"bytes data,bytes32[] factoryDeps,bytes paymasterInput)"
)


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


def hash_of_items(type_byte: int, items: Encodable) -> bytes:
    """Signing hash of a legacy (type 0) or typed Ethereum transaction.

    `items` are integers, byte strings and lists, as RLP has them.
    """
    prefix = bytes([type_byte]) if type_byte else b""
    return keccak256(prefix + encode(items))


def hash_of_eip712(
    head: bytes,
    data: bytes,
    factory_deps: tuple[bytes, ...],
    paymaster_input: bytes,
    chain_id: int,
) -> bytes:
    """Signing hash of a type 0x71 transaction.

    `head` is words 0 to 9 of the encoded body.
    """
    domain = keccak256(
        _EIP712_DOMAIN_TYPE
        + keccak256(b"zkSync")
        + keccak256(b"2")
        + chain_id.to_bytes(32, "big")
    )
    structure = keccak256(
        _EIP712_TRANSACTION_TYPE
        + head
        + keccak256(data)
        + keccak256(b"".join(factory_deps))
        + keccak256(paymaster_input)
    )
    return keccak256(b"\x19\x01" + domain + structure)


def _address(key: PublicKey) -> int:
    return int.from_bytes(keccak256(key.format(compressed=False)[1:])[12:], "big")
