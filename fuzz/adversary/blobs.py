"""Forged commitments to blobs and forged proofs (oracle spec 1.4).

The guest has the data of a blob, and must accept no commitment but the one to it. A
proof is not bound: any that is right will do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from py_ecc.bls.point_compression import compress_G1, decompress_G1
from py_ecc.bls.typing import G1Compressed
from py_ecc.fields import optimized_bls12_381_FQ as Fq
from py_ecc.optimized_bls12_381.optimized_curve import (
    G1,
    add,
    curve_order,
    double,
    field_modulus,
    multiply,
)

from fuzz.adversary.conversation import Liar, Moment
from fuzz.adversary.queries import BLOB
from zkos.host.channel import framed
from zkos.host.kzg import Opening, open_blob, point_of, prove_at

_MODULUS: Final = int(field_modulus)
_BITS: Final = 381
_POINT_BYTES: Final = 48
_INFINITY: Final = b"\xc0" + bytes(47)
_SIGN: Final = 0x20
_Point = Any
_ORDER_THREE: Final = (Fq(0), Fq(2), Fq(1))
"""On the curve but not in the group: a pairing alone does not notice it."""


@dataclass(frozen=True, slots=True)
class BlobLie(Liar):
    """A forgery for whatever data is in a blob."""

    name: str
    """One of `FORGERIES`."""

    def change(self, moment: Moment, response: bytes) -> bytes:
        if moment.query != BLOB:
            return response
        return framed(b"".join(forged(moment.parameters, self.name)))


@lru_cache(1024)
def forged(data: bytes, name: str) -> Opening:
    """Commitment and proof by the forgery of this name; some take 0.2 s."""
    return FORGERIES[name](data, open_blob(data))


def _other(data: bytes) -> bytes:
    """Other data of the same length."""
    return data[:-1] + bytes([data[-1] ^ 1])


def _of_other_data(data: bytes, _: Opening) -> Opening:
    return open_blob(_other(data))


def _other_commitment(data: bytes, honest: Opening) -> Opening:
    return Opening(open_blob(_other(data)).commitment, honest.proof)


def _other_proof(data: bytes, honest: Opening) -> Opening:
    return Opening(honest.commitment, open_blob(_other(data)).proof)


def _other_at_this_point(data: bytes, _: Opening) -> Opening:
    """The commitment to another blob, opened where it has to be."""
    commitment = open_blob(_other(data)).commitment
    proof, _value = prove_at(_other(data), point_of(data, commitment))
    return Opening(commitment, proof)


def _elsewhere(data: bytes, honest: Opening) -> Opening:
    """The right blob opened at a point that the data alone decides."""
    return Opening(honest.commitment, prove_at(data, point_of(data, b""))[0])


def _constant(data: bytes, honest: Opening) -> Opening:
    """The blob with the right value everywhere: right if the point were known before.

    A proof about a constant is the point at infinity.
    """
    _, value = prove_at(data, point_of(data, honest.commitment))
    return Opening(_compressed(multiply(G1, value)), _INFINITY)


def _outside(torsion: _Point) -> Callable[[bytes, Opening], Opening]:
    """Commitment plus a point that pairings do not notice, opened as it has to be."""

    def forge(data: bytes, honest: Opening) -> Opening:
        commitment = _plus(honest.commitment, torsion)
        return Opening(commitment, prove_at(data, point_of(data, commitment))[0])

    return forge


def _outside_proof(_: bytes, honest: Opening) -> Opening:
    return Opening(honest.commitment, _plus(honest.proof, _ORDER_THREE))


def _swapped(_: bytes, honest: Opening) -> Opening:
    return Opening(honest.proof, honest.commitment)


def _negated(_: bytes, honest: Opening) -> Opening:
    return Opening(_minus(honest.commitment), _minus(honest.proof))


def _doubled(data: bytes, honest: Opening) -> Opening:
    """A multiple of the commitment with that multiple of its proof."""
    commitment = _twice(honest.commitment)
    proof, _value = prove_at(data, point_of(data, commitment))
    return Opening(commitment, _twice(proof))


def _commitment(change: Callable[[bytes], bytes]) -> Callable[..., Opening]:
    return lambda _, honest: honest._replace(commitment=change(honest.commitment))


def _proof(change: Callable[[bytes], bytes]) -> Callable[..., Opening]:
    return lambda _, honest: honest._replace(proof=change(honest.proof))


def _minus(point: bytes) -> bytes:
    return bytes([point[0] ^ _SIGN]) + point[1:]


def _plus(point: bytes, other: _Point) -> bytes:
    return _compressed(add(_decompressed(point), other))


def _twice(point: bytes) -> bytes:
    return _compressed(double(_decompressed(point)))


def _decompressed(point: bytes) -> _Point:
    return decompress_G1(G1Compressed(int.from_bytes(point, "big")))


def _compressed(point: _Point) -> bytes:
    return int(compress_G1(point)).to_bytes(_POINT_BYTES, "big")


def _flagged(flags: int, number: int) -> bytes:
    return ((flags << _BITS) + number).to_bytes(_POINT_BYTES, "big")


def _unreduced(point: bytes) -> bytes:
    """The same point with x out of range, or the least such x if there is no room."""
    number = int.from_bytes(point, "big")
    flags, x = number >> _BITS, number % (1 << _BITS)
    more = x + _MODULUS
    return _flagged(flags, more if more < 1 << _BITS else _MODULUS)


def _uncompressed(point: bytes) -> bytes:
    return bytes([point[0] & 0x7F]) + point[1:]


def _stray() -> _Point:
    """A point of the curve times the order of the group: one that pairings miss."""
    x = 5
    while True:
        y = pow(x**3 + 4, (_MODULUS + 1) // 4, _MODULUS)
        if (y * y - x**3 - 4) % _MODULUS == 0:
            start = (Fq(x), Fq(y), Fq(1))
            return multiply(start, curve_order)
        x += 1


def _nowhere() -> bytes:
    """An x that no point has."""
    half = (_MODULUS - 1) // 2
    x = next(x for x in range(1, 99) if pow(x**3 + 4, half, _MODULUS) != 1)
    return _flagged(4, x)


def _instead(point: bytes) -> Callable[[bytes], bytes]:
    return lambda _: point


_BAD_POINTS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "negated": _minus,
    "unreduced": _unreduced,
    "uncompressed": _uncompressed,
    "infinite": _instead(_INFINITY),
    "infinite_signed": _instead(_flagged(7, 0)),
    "infinite_dirty": _instead(_flagged(6, 1)),
    "infinite_uncompressed": _instead(_flagged(2, 0)),
    "modulus": _instead(_flagged(4, _MODULUS)),
    "nowhere": _instead(_nowhere()),
    "order_three": _instead(_compressed(_ORDER_THREE)),
    "zeros": _instead(bytes(_POINT_BYTES)),
    "ones": _instead(b"\xff" * _POINT_BYTES),
    "generator": _instead(_compressed(G1)),
}
FORGERIES: Final[dict[str, Callable[[bytes, Opening], Opening]]] = {
    "of_other_data": _of_other_data,
    "other_commitment": _other_commitment,
    "other_proof": _other_proof,
    "other_at_this_point": _other_at_this_point,
    "elsewhere": _elsewhere,
    "constant": _constant,
    "outside_of_order_three": _outside(_ORDER_THREE),
    "outside": _outside(_stray()),
    "outside_proof": _outside_proof,
    "swapped": _swapped,
    "both_negated": _negated,
    "doubled": _doubled,
    "nothing": lambda *_: Opening(_INFINITY, _INFINITY),
    **{f"commitment_{name}": _commitment(bad) for name, bad in _BAD_POINTS.items()},
    **{f"proof_{name}": _proof(bad) for name, bad in _BAD_POINTS.items()},
}
