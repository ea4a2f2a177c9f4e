"""Parts of the OS as plain functions; guest code, compiled by fuzz targets.

Buffers for results are as long as the result and given by the caller.
"""

from zkos.guest.crypto.blake2f import blake2f
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.bn254 import Bn254
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.modexp import Modexp
from zkos.guest.crypto.p256 import P256
from zkos.guest.crypto.secp256k1 import Secp256k1
from zkos.guest.transactions.abi import Transaction
from zkos.lang.ints import U32, U256, Address, Bytes32
from zkos.lang.memory import ByteView


def keccak(data: ByteView, cut: U32) -> Bytes32:
    """The hash of data that comes in two pieces."""
    hasher = Keccak256()
    hasher.update(data.window(U32(0), cut))
    hasher.update(data.window(cut, data.length() - cut))
    return hasher.finish()


def blake2s(data: ByteView, cut: U32) -> Bytes32:
    """The hash of data that comes in two pieces."""
    hasher = Blake2s()
    hasher.update(data.window(U32(0), cut))
    hasher.update(data.window(cut, data.length() - cut))
    return hasher.finish()


def modexp(
    base: ByteView, exponent: ByteView, modulus: ByteView, out: ByteView
) -> None:
    """A modular power."""
    Modexp().run(base, exponent, modulus, out)


def bn254_add(data: ByteView, out: ByteView) -> bool:
    """The sum of two points."""
    return Bn254().add(data, out)


def bn254_mul(data: ByteView, out: ByteView) -> bool:
    """A multiple of a point."""
    return Bn254().mul(data, out)


def bn254_pairing(data: ByteView, out: ByteView) -> bool:
    """Whether a product of pairings is one."""
    return Bn254().pairing(data, out)


def recover(digest: U256, r: U256, s: U256, odd: bool) -> tuple[bool, Address]:
    """Who signed."""
    return Secp256k1(Keccak256()).recover(digest, r, s, odd)


def p256_verify(data: ByteView) -> bool:
    """Whether a P-256 signature is good."""
    return P256().verify(data)


def compress_blake2b(
    rounds: U32,
    h: ByteView,
    message: ByteView,
    count: ByteView,
    last: bool,
    out: ByteView,
) -> None:
    """The compression function of EIP-152."""
    blake2f(rounds, h, message, count, last, out)


def parse_transaction(body: ByteView, out: ByteView) -> bool:
    """Whether the bootloader takes the body; its fields as 17 words in `out`."""
    transaction = Transaction()
    size = body.length()
    place = transaction.reserve(size)
    place.window(U32(0), size).copy_from(body)
    if not transaction.parse():
        return False
    out.store_u256_be(U32(0), U256(transaction.kind))
    out.store_u256_be(U32(32), U256(transaction.sender))
    out.store_u256_be(U32(64), U256(transaction.to))
    out.store_u256_be(U32(96), U256(transaction.gas_limit))
    out.store_u256_be(U32(128), U256(transaction.gas_per_pubdata_limit))
    out.store_u256_be(U32(160), U256(transaction.max_fee))
    out.store_u256_be(U32(192), U256(transaction.max_priority_fee))
    out.store_u256_be(U32(224), U256(transaction.paymaster))
    out.store_u256_be(U32(256), transaction.nonce)
    out.store_u256_be(U32(288), transaction.value)
    out.store_u256_be(U32(320), transaction.first_reserved)
    out.store_u256_be(U32(352), transaction.second_reserved)
    out.store_u256_be(U32(384), U256(transaction.data.length()))
    out.store_u256_be(U32(416), U256(transaction.signature.length()))
    out.store_u256_be(U32(448), U256(transaction.factory_deps.length()))
    out.store_u256_be(U32(480), U256(transaction.paymaster_input.length()))
    out.store_u256_be(U32(512), U256(transaction.access_list_offset))
    return True
