"""Parts of the OS as plain functions; guest code, compiled by fuzz targets.

Buffers for results are as long as the result and given by the caller.
"""

from zkos.guest.crypto.blake2f import blake2f
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.bls381 import Bls381
from zkos.guest.crypto.bn254 import Bn254
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.kzg import Kzg
from zkos.guest.crypto.modexp import Modexp
from zkos.guest.crypto.p256 import P256
from zkos.guest.crypto.secp256k1 import Secp256k1
from zkos.guest.transactions.abi import AbiDecoder
from zkos.guest.transactions.access_list import AccessList
from zkos.guest.transactions.authorizations import Authorizations
from zkos.guest.transactions.record import Transaction
from zkos.guest.transactions.rlp import RlpDecoder
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
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


def bls381_g1_add(data: ByteView, out: ByteView) -> bool:
    """The sum of two points of BLS12-381."""
    return Bls381().g1_add(data, out)


def bls381_g1_msm(data: ByteView, out: ByteView) -> bool:
    """The sum of multiples of points."""
    return Bls381().g1_sum_of_multiples(data, out)


def bls381_g2_add(data: ByteView, out: ByteView) -> bool:
    """The sum of two points of the twist."""
    return Bls381().g2_add(data, out)


def bls381_g2_msm(data: ByteView, out: ByteView) -> bool:
    """The sum of multiples of points of the twist."""
    return Bls381().g2_sum_of_multiples(data, out)


def bls381_pairing(data: ByteView, out: ByteView) -> bool:
    """Whether a product of pairings is one."""
    return Bls381().pairing(data, out)


def bls381_map_to_g1(data: ByteView, out: ByteView) -> bool:
    """The point for an element of the prime field."""
    return Bls381().map_to_g1(data, out)


def bls381_map_to_g2(data: ByteView, out: ByteView) -> bool:
    """The point for an element of Fp2."""
    return Bls381().map_to_g2(data, out)


def evaluate_point(data: ByteView) -> bool:
    """Whether a blob's polynomial has a value at a point."""
    return Kzg().evaluate_point(data)


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


def decode_body(body: ByteView, out: ByteView) -> U32:
    """Why a body from L1 is dropped, or 0 and its fields as 11 words in `out`."""
    record = Transaction()
    record.begin(body)
    reason = AbiDecoder().decode(record)
    if reason != 0:
        return reason
    put(out, U32(0), U256(record.kind))
    put(out, U32(1), U256(record.sender))
    put(out, U32(2), U256(record.to))
    put(out, U32(3), U256(record.gas_limit))
    put(out, U32(4), U256(record.gas_per_pubdata))
    put(out, U32(5), record.max_fee)
    put(out, U32(6), record.value)
    put(out, U32(7), record.deposit)
    put(out, U32(8), record.refund_recipient)
    put(out, U32(9), U256(record.data.length()))
    put(out, U32(10), U256(record.non_zero_bytes))
    return U32(0)


def decode_envelope(data: ByteView, chain_id: U64, out: ByteView) -> U32:
    """Why a signed transaction is dropped, or 0 and its fields as 17 words in `out`."""
    record = Transaction()
    record.begin(data)
    access_list = AccessList(False)
    authorizations = Authorizations(False)
    decoder = RlpDecoder(False, chain_id, access_list, authorizations)
    reason = decoder.decode(record)
    if reason != 0:
        return reason
    put(out, U32(0), U256(record.kind))
    put(out, U32(1), U256(record.nonce))
    put(out, U32(2), record.max_priority_fee)
    put(out, U32(3), record.max_fee)
    put(out, U32(4), U256(record.gas_limit))
    put(out, U32(5), U256(1) if record.is_creation else U256(0))
    put(out, U32(6), U256(record.to))
    put(out, U32(7), record.value)
    put(out, U32(8), U256(record.data.length()))
    put(out, U32(9), U256(record.non_zero_bytes))
    put(out, U32(10), U256(record.signed.length()))
    put(out, U32(11), U256(1) if record.names_chain else U256(0))
    put(out, U32(12), U256(1) if record.is_odd else U256(0))
    put(out, U32(13), record.r)
    put(out, U32(14), record.s)
    put(out, U32(15), U256(record.access_list.length()))
    put(out, U32(16), U256(record.authorization_count))
    return U32(0)


def put(out: ByteView, index: U32, value: U256) -> None:
    """Set a word of the result."""
    out.store_u256_be(index << 5, value)
