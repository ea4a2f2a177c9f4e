"""The cryptography as plain functions, for tests on every engine; guest code."""

from zkos.guest.crypto.blake2f import blake2f
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.bn254 import Bn254
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.modexp import Modexp
from zkos.guest.crypto.p256 import P256
from zkos.guest.crypto.secp256k1 import Secp256k1
from zkos.lang.ints import U32, U256, Address, Bytes32
from zkos.lang.memory import ByteView


def keccak(data: ByteView) -> Bytes32:
    return Keccak256().hash(data)


def keccak_pieces(data: ByteView, cut: U32) -> Bytes32:
    hasher = Keccak256()
    hasher.update(data.window(0, cut))
    hasher.update(data.window(cut, data.length() - cut))
    return hasher.finish()


def blake2s(data: ByteView) -> Bytes32:
    return Blake2s().hash(data)


def blake2s_pieces(data: ByteView, cut: U32) -> Bytes32:
    hasher = Blake2s()
    hasher.update(data.window(0, cut))
    hasher.update(data.window(cut, data.length() - cut))
    return hasher.finish()


def modexp(
    base: ByteView, exponent: ByteView, modulus: ByteView, out: ByteView
) -> None:
    Modexp().run(base, exponent, modulus, out)


def bn254_add(data: ByteView, out: ByteView) -> bool:
    return Bn254().add(data, out)


def bn254_mul(data: ByteView, out: ByteView) -> bool:
    return Bn254().mul(data, out)


def bn254_pairing(data: ByteView, out: ByteView) -> bool:
    return Bn254().pairing(data, out)


def recover(digest: U256, r: U256, s: U256, odd: bool) -> tuple[bool, Address]:
    return Secp256k1(Keccak256()).recover(digest, r, s, odd)


def p256_verify(data: ByteView) -> bool:
    return P256().verify(data)


def compress_blake2b(
    rounds: U32,
    h: ByteView,
    message: ByteView,
    count: ByteView,
    last: bool,
    out: ByteView,
) -> None:
    blake2f(rounds, h, message, count, last, out)
