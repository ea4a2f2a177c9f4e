"""BLS12-381 and KZG proofs as plain functions, for tests on every engine; guest code.

Elements come and go as plain numbers of 64 big-endian bytes, points as x and y.
"""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.blob import BlobVerifier
from zkos.guest.crypto.bls381_fp import Fp, FpField, fp_zero
from zkos.guest.crypto.bls381_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.guest.crypto.bls381_g1 import G1, G1Point
from zkos.guest.crypto.bls381_multiples import Combination
from zkos.guest.crypto.kzg import Kzg
from zkos.lang.ints import U32, U256
from zkos.lang.memory import ByteView


def load(field: FpField, data: ByteView, position: U32) -> Fp:
    out = Fp(data.load_u256_be((position << 6) + 32), data.load_u256_be(position << 6))
    field.enter(out, out)
    return out


def store(field: FpField, data: ByteView, position: U32, x: Fp) -> None:
    assert field.modulus.exceeds(x), "a number that is not reduced"
    plain = fp_zero()
    field.leave(plain, x)
    data.store_u256_be((position << 6) + 32, plain.low)
    data.store_u256_be(position << 6, plain.high)


def fp_operations(data: ByteView, out: ByteView) -> bool:
    """Of x, y: x y, x x, x + y, x - y, -x, x / 2, 1 / x, a root; if there is one."""
    field = FpField()
    x = load(field, data, U32(0))
    y = load(field, data, U32(1))
    result = fp_zero()
    field.mul(result, x, y)
    store(field, out, U32(0), result)
    field.square(result, x)
    store(field, out, U32(1), result)
    field.add(result, x, y)
    store(field, out, U32(2), result)
    field.sub(result, x, y)
    store(field, out, U32(3), result)
    field.negate(result, x)
    store(field, out, U32(4), result)
    field.halve(result, x)
    store(field, out, U32(5), result)
    field.invert(result, x)
    store(field, out, U32(6), result)
    found = field.square_root(result, x)
    store(field, out, U32(7), result)
    return found


def fp2_operations(data: ByteView, out: ByteView) -> None:
    """Of x, y: x y, x x, x + y, x - y, xi x, the conjugate of x, 1 / x."""
    field = Fp2Field()
    base = field.base
    x = Fp2(load(base, data, U32(0)), load(base, data, U32(1)))
    y = Fp2(load(base, data, U32(2)), load(base, data, U32(3)))
    result = fp2_zero()
    field.mul(result, x, y)
    store(base, out, U32(0), result.c0)
    store(base, out, U32(1), result.c1)
    field.square(result, x)
    store(base, out, U32(2), result.c0)
    store(base, out, U32(3), result.c1)
    field.add(result, x, y)
    store(base, out, U32(4), result.c0)
    store(base, out, U32(5), result.c1)
    field.sub(result, x, y)
    store(base, out, U32(6), result.c0)
    store(base, out, U32(7), result.c1)
    field.mul_xi(result, x)
    store(base, out, U32(8), result.c0)
    store(base, out, U32(9), result.c1)
    field.conjugate(result, x)
    store(base, out, U32(10), result.c0)
    store(base, out, U32(11), result.c1)
    field.invert(result, x)
    store(base, out, U32(12), result.c0)
    store(base, out, U32(13), result.c1)


def write_point(curve: G1, out: ByteView, point: G1Point) -> None:
    """Write the affine coordinates, zeros for infinity."""
    out.fill(0)
    if point.is_infinite():
        return
    field = curve.field
    square = fp_zero()
    result = fp_zero()
    field.invert(result, point.z)
    field.square(square, result)
    field.mul(result, result, square)
    field.mul(square, square, point.x)
    store(field, out, U32(0), square)
    field.mul(result, result, point.y)
    store(field, out, U32(1), result)


def decompress(data: ByteView, out: ByteView) -> bool:
    curve = G1(FpField())
    point = G1Point()
    if not curve.decompress(point, data):
        return False
    write_point(curve, out, point)
    return True


def combine(data: ByteView, factor: U256, less: U256, out: ByteView) -> None:
    """The combination of a compressed point and the generator."""
    curve = G1(FpField())
    point = G1Point()
    total = G1Point()
    assert curve.decompress(point, data), "an invalid point"
    Combination(curve).compute(total, point, factor, less)
    write_point(curve, out, total)


def verify_proof(commitment: ByteView, z: U256, y: U256, proof: ByteView) -> bool:
    return Kzg().verify_proof(commitment, z, y, proof)


def verify_twice(first: ByteView, second: ByteView) -> tuple[bool, bool]:
    """Two point evaluations by one verifier."""
    kzg = Kzg()
    result = kzg.evaluate_point(first)
    return result, kzg.evaluate_point(second)


def evaluate_point(data: ByteView) -> bool:
    return Kzg().evaluate_point(data)


def evaluate_blob(data: ByteView, z: U256) -> U256:
    return BlobVerifier(Blake2s()).evaluate(data, z)


def open_blob(data: ByteView, commitment: ByteView, proof: ByteView) -> bool:
    verifier = BlobVerifier(Blake2s())
    name = verifier.versioned_hash(commitment)
    return verifier.opens(data, commitment, name, proof)


def open_two_blobs(
    data: ByteView, first: ByteView, other: ByteView, second: ByteView
) -> tuple[bool, bool]:
    """By one verifier; each commitment is followed by its proof."""
    verifier = BlobVerifier(Blake2s())
    name = verifier.versioned_hash(first.window(0, 48))
    result = verifier.opens(data, first.window(0, 48), name, first.window(48, 48))
    name = verifier.versioned_hash(second.window(0, 48))
    proof = second.window(48, 48)
    return result, verifier.opens(other, second.window(0, 48), name, proof)
